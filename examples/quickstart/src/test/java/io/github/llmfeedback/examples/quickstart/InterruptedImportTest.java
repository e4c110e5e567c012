package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import io.github.llmfeedback.testing.Failure;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InterruptedImportTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final RecordingFeedbackClient client =
      RecordingFeedbackClient.create(PortkeyFeedbackClient.TRACE);
  private final RecordingFeedbackClient second =
      RecordingFeedbackClient.create(PortkeyFeedbackClient.TRACE);
  private Path file;
  private Path failed;
  private Path part;

  @BeforeEach
  void fiveLines() throws IOException {
    file = folder.resolve("clicks.jsonl");
    failed = folder.resolve("clicks.jsonl.failed.jsonl");
    part = folder.resolve("clicks.jsonl.failed.jsonl.part");
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      lines.add(FeedbackJson.strict().write(chat(i)));
    }
    Files.write(file, lines);
  }

  @Test
  void aFailureIsInTheFileBeforeTheNextOutcome() {
    client.failAlways(Failure.RATE_LIMITED);
    List<Integer> written = new ArrayList<>();

    importFile(Watched.afterEach(client, number -> written.add(lines(part).size())));

    assertThat(written).containsExactly(1, 2, 3, 4, 5);
    assertThat(lines(failed)).hasSize(5);
    assertThat(part).doesNotExist();
  }

  @Test
  void nothingIsSentWhereAnEarlierImportStopped() throws IOException {
    Files.writeString(part, "precious");

    assertThat(importFile(client)).isEqualTo(1);

    assertThat(client.submitted()).isEmpty();
    assertThat(printed()).contains("an earlier import stopped early", "--from-line");
    assertThat(part).hasContent("precious");
  }

  @Test
  void aKilledImportGoesOnAfterWhatItHadWrittenDown() throws IOException {
    client.failNext(Failure.RATE_LIMITED, Failure.RATE_LIMITED);
    killAfter(2);
    String whole = Files.readString(part);
    Files.writeString(part, "{\"error\":\"torn", StandardOpenOption.APPEND);

    assertThat(importFile(second, "--from-line", "1")).isEqualTo(1);

    assertThat(second.submitted()).containsExactly(chat(3), chat(4), chat(5));
    assertThat(failed).hasContent(whole);
    assertThat(part).doesNotExist();
    assertThat(printed()).contains("It begins with line 3", "What failed, and why, is in");
  }

  @Test
  void aKilledImportOfAFailedFileGoesOnToo() throws IOException {
    Path again = folder.resolve("again.jsonl");
    client.failAlways(Failure.RATE_LIMITED);
    importFile(client);
    Files.write(again, lines(failed).subList(2, 5)); // line 3 of the clicks is line 1 of it
    file = again;
    killAfter(2);

    assertThat(importFile(second, "--from-line", "1")).isEqualTo(1);

    assertThat(second.submitted()).containsExactly(chat(5));
    assertThat(lines(folder.resolve("again.jsonl.failed.jsonl"))).hasSize(2);
  }

  @Test
  void anotherFilesRestIsNotMixedIn() throws IOException {
    Files.writeString(part, "{\"error\":\"\",\"mayHaveArrived\":false,\"line\":9,\"text\":\"x\"}\n");

    assertThat(importFile(client, "--from-line", "1")).isEqualTo(1);

    assertThat(client.submitted()).isEmpty();
    assertThat(printed()).contains("its last line is not in", "Nothing was sent.");
  }

  @Test
  void fromLineLeavesOutTheLinesBefore() {
    assertThat(importFile(client, "--from-line", "4")).isZero();

    assertThat(client.submitted()).containsExactly(chat(4), chat(5));
    assertThat(failed).doesNotExist();
    assertThat(part).doesNotExist();
  }

  @Test
  void troubleStopsItWithASummaryAndTheLineToGoOnWith() {
    client.failNext(Failure.RATE_LIMITED);
    FeedbackClient troubled =
        Watched.afterEach(
            client,
            number -> {
              if (number == 2) {
                throw new UncheckedIOException(new IOException("the disk is full"));
              }
            });

    assertThat(importFile(troubled)).isEqualTo(1);

    assertThat(printed())
        .contains("the disk is full", "accepted, 1 failed", "It stopped at line", "--from-line");
    assertThat(lines(part)).hasSize(1);
    assertThat(failed).doesNotExist();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskStopsItAndSaysWhatWillCountTwice() throws IOException {
    Files.createSymbolicLink(part, Path.of("/dev/full"));
    client.failNext(Failure.RATE_LIMITED);

    assertThat(importFile(client, "--from-line", "1")).isEqualTo(1);

    assertThat(printed())
        .contains("cannot write", "part: no space left on device", "0 accepted, 0 failed")
        .contains("It stopped at line 1;", "4 after it were accepted and will count twice");
  }

  @Test
  void whereNothingCanBeWrittenNothingIsSent() throws IOException {
    file = Files.move(file, folder.resolve("n".repeat(245)));

    assertThat(importFile(client)).isEqualTo(1);

    assertThat(client.submitted()).isEmpty();
    assertThat(printed()).contains("cannot write", "too long", "Nothing was sent.");
  }

  private void killAfter(int outcomes) {
    FeedbackClient killed =
        Watched.client(
            client,
            (feedbacks, eachOutcome) -> {
              for (int i = 0; i < outcomes; i++) {
                eachOutcome.accept(client.submitAll(List.of(feedbacks.next())).get(0));
              }
              throw new AssertionError("killed");
            });
    assertThatThrownBy(() -> importFile(killed)).isInstanceOf(AssertionError.class);
  }

  private int importFile(FeedbackClient client, String... more) {
    List<String> args = new ArrayList<>(List.of("--import", file.toString(), "--to", "portkey"));
    args.addAll(List.of(more));
    return Quickstart.importFile(args, Map.of("portkey", () -> client), new Screen(out));
  }

  private static Feedback chat(int number) {
    return Feedback.on("chat-" + number).thumbsUp().build();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " ");
  }
}
