package io.github.llmfeedback.examples.quickstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.json.FeedbackModule;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a file of feedbacks, one JSON object a line, in constant memory. */
final class FeedbackFile implements AutoCloseable {
  /** A million characters, each of which may take four bytes, and what says why it failed. */
  private static final int MAX_LINE = 4_100_000;

  /** What a line takes besides its text, in characters, about. */
  private static final int OVERHEAD = 200;

  private static final String FAILED = "{\"error\":";

  private final ObjectMapper mapper = new ObjectMapper().registerModule(new FeedbackModule());
  private final Path file;
  private final InputStream in;
  private long number;
  private boolean isTooLong;

  FeedbackFile(Path file) throws IOException {
    this.file = file;
    try {
      in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      if (isGzip()) {
        in.close();
        throw new IOException("it is compressed (gzip): unpack it first");
      }
    } catch (IOException e) {
      throw FileTrouble.cannotRead(file, e);
    }
  }

  private boolean isGzip() throws IOException {
    in.mark(2);
    boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return isGzip;
  }

  /**
   * A line of the file: a feedback, or the reason why there is none.
   *
   * @param number which line it is, from 1
   * @param characters how much memory it takes, about
   * @param failure what to write down if it cannot be submitted
   * @param mayHaveArrived whether an earlier import could not tell
   */
  record Line(
      long number,
      int characters,
      Optional<Feedback> feedback,
      FailedLine failure,
      boolean mayHaveArrived) {}

  /** The next line that is not blank; empty at the end. */
  Optional<Line> next() throws IOException {
    try {
      return nextLine();
    } catch (IOException e) {
      throw FileTrouble.cannotRead(file, e);
    }
  }

  private Optional<Line> nextLine() throws IOException {
    for (byte[] bytes = line(); bytes != null; bytes = line()) {
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (number == 1 && text.startsWith("\ufeff")) { // as some editors begin a file
        text = text.substring(1).strip();
      }
      if (isTooLong) {
        return Optional.of(unreadable("the line is too long; this is its start", text));
      } else if (!isUtf8(bytes)) {
        return Optional.of(unreadable("the line is not UTF-8", text));
      } else if (!text.isEmpty()) {
        return Optional.of(text.startsWith(FAILED) ? readFailed(text) : read(text));
      }
    }
    return Optional.empty();
  }

  private Line read(String text) {
    try {
      return readable(text, number, false);
    } catch (InvalidFeedbackException e) {
      return unreadable(String.valueOf(e.getMessage()), text);
    }
  }

  /** Takes the feedback out of what an earlier import wrote down. */
  private Line readFailed(String text) {
    FailedLine failed;
    try {
      failed = mapper.readValue(text, FailedLine.class);
    } catch (JsonProcessingException e) {
      return unreadable(e.getOriginalMessage(), text);
    }
    if (failed.feedback() != null) {
      return line(failed.feedback(), text.length(), failed.line(), failed.mayHaveArrived());
    } else if (failed.text() == null) {
      return unreadable("neither feedback nor text is there", text);
    }
    try {
      return readable(failed.text(), failed.line(), failed.mayHaveArrived());
    } catch (InvalidFeedbackException e) {
      return unreadable(failed); // as it was, or each import would wrap it once more
    }
  }

  private Line readable(String text, long line, boolean mayHaveArrived) {
    return line(FeedbackJson.strict().feedback(text), text.length(), line, mayHaveArrived);
  }

  private Line line(Feedback feedback, int characters, long line, boolean mayHaveArrived) {
    FailedLine failure = new FailedLine("", false, line, feedback, null);
    return new Line(
        number, characters + OVERHEAD, Optional.of(feedback), failure, mayHaveArrived);
  }

  private Line unreadable(String error, String text) {
    return unreadable(new FailedLine(error, false, number, null, text));
  }

  private Line unreadable(FailedLine line) {
    FailedLine failure = line.shortened();
    int characters = failure.error().length() + String.valueOf(failure.text()).length();
    return new Line(number, characters + OVERHEAD, Optional.empty(), failure, false);
  }

  /** The bytes of a line, or its first; null at the end. */
  private byte @Nullable [] line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    isTooLong = false;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    number++;
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() < MAX_LINE) {
        line.write(next);
      } else {
        isTooLong = true;
      }
    }
    return line.toByteArray();
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
