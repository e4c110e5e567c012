package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Submits a file of feedbacks and writes down, in the order of the file, what failed and why: in a
 * file that can be imported. For one use.
 */
final class FileImport implements Iterator<Feedback> {
  private static final int PROGRESS = 1_000;

  /** Reading pauses, until all in flight is done, when this many characters wait. */
  private static final long MAX_WAITING = 8_000_000;

  private final ImportArguments arguments;
  private final FailedFile failed;
  private final Screen screen;

  /** What was read and not yet written down or accepted, in the order of the file. */
  private final Deque<FeedbackFile.Line> waiting = new ArrayDeque<>();

  private final long start = System.nanoTime();
  private @Nullable FeedbackFile lines;
  private @Nullable Feedback next;
  private long fromLine;
  private long waitingCharacters;
  private boolean hasBegun;
  private boolean isAtEnd;

  /** Whether a line could not be written down; none is after it, so that the rest is in order. */
  private boolean isBroken;

  /** All lines up to this one have their outcome, which is written down if it is a failure. */
  private long doneLine;

  private long done;
  private long accepted;
  private long notAccepted;
  private long uncertain;
  private long unreadable;
  private long skipped;
  private long acceptedAfterStop;

  /** An import. */
  FileImport(ImportArguments arguments, Screen screen) {
    this.arguments = arguments;
    this.failed = new FailedFile(arguments.file());
    this.screen = screen;
  }

  /** Submits all; returns whether nothing failed. */
  boolean run(FeedbackClient client) {
    if (failed.exists()) {
      screen.say(
          failed.path()
              + " exists. Nothing was sent: import that file, or move it away, and try again.");
      return false;
    }
    if (failed.isUnfinished() && arguments.fromLine() == 0) {
      refuseUnfinished();
      return false;
    }
    try (FeedbackFile open = new FeedbackFile(arguments.file());
        failed) {
      lines = open;
      findStart();
      hasBegun = true;
      submitAll(client);
      failed.finish();
    } catch (UncheckedIOException | IOException | FeedbackException e) {
      stopped(e);
      return false;
    }
    summarize();
    return !failed.exists();
  }

  private void refuseUnfinished() {
    screen.say(
        failed.part()
            + " exists: an earlier import stopped early, or is still running. Nothing was sent.");
    screen.say(
        format(
            "If it stopped: --from-line <number> goes on, with the line after the last one that it"
                + " said was done, or with 1. What was accepted after that line will count twice:"
                + " up to %,d lines and those in flight.",
            PROGRESS));
    screen.say("To begin again, delete that file: all that was accepted will count twice.");
  }

  /** Opens the failed file and finds the first line to submit. */
  private void findStart() throws IOException {
    fromLine = arguments.fromLine();
    Optional<FailedLine> last = failed.open();
    if (last.isPresent()) {
      fromLine = Math.max(fromLine, numberOf(last.get()) + 1);
    }
    doneLine = Math.max(0, fromLine - 1);
    if (fromLine > 0) {
      screen.say("It begins with line " + fromLine);
    }
  }

  /** Where a line is that was written down: as this is done in order, those before it are done. */
  private long numberOf(FailedLine last) throws IOException {
    try (FeedbackFile file = new FeedbackFile(arguments.file())) {
      for (var line = file.next(); line.isPresent(); line = file.next()) {
        if (line.get().failure().isSameLine(last)) {
          return line.get().number();
        }
      }
    }
    throw new IOException(
        failed.part() + " is not that of this file: its last line is not in " + arguments.file());
  }

  private void submitAll(FeedbackClient client) throws IOException {
    while (!isAtEnd) {
      client.submitEach(this, this::done);
      writeUnreadable();
    }
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null && !isAtEnd && waitingCharacters < MAX_WAITING) {
        read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return next != null;
  }

  private void read() throws IOException {
    Optional<FeedbackFile.Line> line = lines == null ? Optional.empty() : lines.next();
    if (line.isEmpty()) {
      isAtEnd = true;
    } else if (line.get().number() < fromLine) {
      return;
    } else if (line.get().mayHaveArrived() && !arguments.repeatsUncertain()) {
      skipped++;
    } else {
      waiting.add(line.get());
      waitingCharacters += line.get().characters();
      next = line.get().feedback().orElse(null);
    }
  }

  @Override
  public Feedback next() {
    Feedback feedback = hasNext() ? next : null;
    if (feedback == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return feedback;
  }

  private void done(Outcome outcome) {
    if (isBroken) {
      acceptedAfterStop += outcome.isAccepted() ? 1 : 0;
      return;
    }
    try {
      writeUnreadable();
      FeedbackFile.Line line = waiting.element();
      Optional<FeedbackException> error = outcome.error();
      if (error.isPresent()) {
        boolean mayHaveArrived = error.get().mayHaveArrived();
        write(line.failure().because(String.valueOf(error.get().getMessage()), mayHaveArrived));
        notAccepted++;
        uncertain += mayHaveArrived ? 1 : 0;
      } else {
        accepted++;
      }
      removeFirst();
    } catch (IOException e) {
      acceptedAfterStop += outcome.isAccepted() ? 1 : 0;
      throw new UncheckedIOException(e);
    }
    if (++done % PROGRESS == 0) {
      screen.say(
          format(
              "%,d submitted, %,d of them failed; done up to line %d",
              done, notAccepted, doneLine));
    }
  }

  /** Writes down the unreadable lines before the next feedback that is in flight. */
  private void writeUnreadable() throws IOException {
    while (!waiting.isEmpty() && waiting.element().feedback().isEmpty()) {
      write(waiting.element().failure());
      unreadable++;
      removeFirst();
    }
  }

  private void write(FailedLine line) throws IOException {
    isBroken = true;
    failed.write(line);
    isBroken = false;
  }

  private void removeFirst() {
    FeedbackFile.Line line = waiting.remove();
    waitingCharacters -= line.characters();
    doneLine = line.number();
  }

  private void stopped(Exception why) {
    Throwable reason = why instanceof UncheckedIOException ? why.getCause() : why;
    screen.say(String.valueOf(reason == null ? null : reason.getMessage()));
    if (!hasBegun) {
      screen.say("Nothing was sent.");
      return;
    }
    summarizeNumbers();
    screen.say("It stopped at line " + (doneLine + 1) + "; those before it are done.");
    screen.say(
        "What failed, and why, is in "
            + failed.part()
            + ". Leave it there; to go on, add --from-line "
            + (doneLine + 1));
    if (acceptedAfterStop > 0) {
      screen.say(format("%,d after it were accepted and will count twice", acceptedAfterStop));
    }
  }

  private void summarize() {
    summarizeNumbers();
    if (failed.exists()) {
      screen.say("What failed, and why, is in " + failed.path());
      screen.say(
          format(
              "To try again, --import that file; it leaves out what may have arrived, %,d of them new",
              uncertain));
    }
  }

  private void summarizeNumbers() {
    screen.heading(
        format(
            "%,d accepted, %,d failed, %,d unreadable, in %,d ms",
            accepted, notAccepted, unreadable, (System.nanoTime() - start) / 1_000_000));
    if (skipped > 0) {
      screen.say(
          format(
              "%,d skipped that may have arrived before: --repeat-uncertain sends them", skipped));
    }
  }

  private static String format(String text, Object... numbers) {
    return String.format(Locale.ROOT, text, numbers);
  }
}
