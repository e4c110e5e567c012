package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import io.github.llmfeedback.testing.Failure;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileImportTest {
  private static final Feedback GOOD = Feedback.on("chat-1").thumbsUp().build();
  private static final Feedback LABEL = Feedback.on("chat-2").label("helpful").build();

  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  /** For the next import, which closes it. */
  private RecordingFeedbackClient client =
      RecordingFeedbackClient.create(PortkeyFeedbackClient.TRACE);

  /** That of the last import. */
  private RecordingFeedbackClient used = client;

  @Test
  void whatFailsIsWrittenDownInOrderWithItsReason() throws IOException {
    Path file =
        file(json(GOOD), "no json", "", json(LABEL), json(GOOD), "{\"v\":2}", json(GOOD) + "\r");

    assertThat(Quickstart.run(List.of("--import", file.toString()), Map.of(), out)).isEqualTo(1);

    assertThat(printed()).contains("goes to the sandbox", "3 accepted, 1 failed, 2 unreadable");
    List<String> failed = Files.readAllLines(failed(file));
    assertThat(failed).hasSize(3);
    assertThat(failed.get(0))
        .startsWith("{\"error\":\"feedback: is not valid JSON")
        .endsWith("\"mayHaveArrived\":false,\"line\":2,\"text\":\"no json\"}");
    assertThat(failed.get(1))
        .startsWith("{\"error\":\"portkey cannot keep")
        .endsWith("\"mayHaveArrived\":false,\"line\":4,\"feedback\":" + json(LABEL) + "}");
    assertThat(failed.get(2)).contains("later version", "\"line\":6,\"text\":\"{\\\"v\\\":2}\"}");
  }

  @Test
  void whatFailedCanBeFedBack() throws IOException {
    Path file = file(json(GOOD), json(LABEL), "no json");
    client.failNext(Failure.RATE_LIMITED);
    assertThat(importFile(file)).isEqualTo(1);
    Path failed = failed(file);
    Files.writeString(
        failed, Files.readString(failed).replace("no json", json(LABEL).replace("\"", "\\\"")));

    assertThat(importFile(failed)).isZero();

    assertThat(used.submitted()).containsExactly(GOOD, LABEL);
    assertThat(failed(failed)).doesNotExist();
  }

  @Test
  void whatMayHaveArrivedIsFedBackOnlyOnRequest() throws IOException {
    Path file = file(json(GOOD), json(GOOD));
    client.failNext(Failure.TIMEOUT);
    assertThat(importFile(file)).isEqualTo(1);
    assertThat(Files.readString(failed(file))).contains("\"mayHaveArrived\":true");

    assertThat(importFile(failed(file))).isZero();
    assertThat(used.submitted()).isEmpty();
    assertThat(printed()).contains("1 skipped that may have arrived before");

    assertThat(importFile(failed(file), "--repeat-uncertain")).isZero();
    assertThat(used.submitted()).containsExactly(GOOD);
  }

  @Test
  void whatFailedTheLastTimeIsNotOverwritten() throws IOException {
    Path file = file(json(GOOD));
    Files.writeString(failed(file), "precious");

    assertThat(importFile(file)).isEqualTo(1);

    assertThat(used.submitted()).isEmpty();
    assertThat(printed()).contains("exists. Nothing was sent");
    assertThat(failed(file)).hasContent("precious");
  }

  @Test
  void anyNumberOfUnreadableLinesKeepsTheOrder() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      lines.add(i % 2_000 == 0 ? json(LABEL) : i % 1_500 == 0 ? json(GOOD) : "bad");
    }
    client.failAlways(Failure.RATE_LIMITED);

    assertThat(importFile(file(lines.toArray(String[]::new)))).isEqualTo(1);

    List<String> failed = Files.readAllLines(folder.resolve("clicks.jsonl.failed.jsonl"));
    assertThat(failed).hasSize(5_000);
    for (int i = 0; i < failed.size(); i++) {
      assertThat(failed.get(i)).contains("\"line\":" + (i + 1) + ",");
    }
  }

  @Test
  void progressIsTold() throws IOException {
    String[] lines = new String[2_500];
    Arrays.fill(lines, json(GOOD));
    lines[0] = "\ufeff" + json(GOOD); // as some editors begin a file

    assertThat(importFile(file(lines))).isZero();

    assertThat(printed())
        .contains("1,000 submitted, 0 of them failed; done up to line 1000", "2,000 submitted", "2,500 accepted");
    assertThat(used.submitted()).hasSize(2_500);
  }

  @Test
  void aLineThatIsTooLongOrNotUtf8DoesNotStopTheRest() throws IOException {
    Path file = folder.resolve("clicks.jsonl");
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write("x".repeat(5_000_000).getBytes(StandardCharsets.UTF_8));
    content.write(new byte[] {'\n', (byte) 0xff, '\n'});
    content.write(json(GOOD).getBytes(StandardCharsets.UTF_8));
    Files.write(file, content.toByteArray());

    assertThat(importFile(file)).isEqualTo(1);

    assertThat(used.submitted()).containsExactly(GOOD);
    assertThat(Files.readAllLines(failed(file)))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("{\"error\":\"the line is too long"),
            line -> assertThat(line).startsWith("{\"error\":\"the line is not UTF-8\""));
  }

  @Test
  void theFailedFileOfAFailedFileIsTheSame() throws IOException {
    String long1 = "{" + "x".repeat(5_000);
    Path file = file("no json", long1, json(LABEL), "x".repeat(5_000_000), "{\"error\":oops", "é");
    client.failAlways(Failure.RATE_LIMITED);
    assertThat(importFile(file)).isEqualTo(1);
    List<String> first = Files.readAllLines(failed(file));
    assertThat(first).hasSize(6).allMatch(line -> line.length() < 1_300);
    assertThat(first.get(1)).contains("\"line\":2,\"text\":\"{xxx").endsWith("…\"}");

    client.failAlways(Failure.RATE_LIMITED);
    assertThat(importFile(failed(file))).isEqualTo(1);

    assertThat(Files.readAllLines(failed(failed(file)))).isEqualTo(first);
  }

  @Test
  void longLinesAreReadAFewAtATime() throws IOException {
    String[] lines = new String[30];
    Arrays.fill(lines, json(Feedback.on("chat-1").comment("x".repeat(900_000)).build()));
    List<Integer> atOnce = new ArrayList<>();
    FeedbackClient reading =
        Watched.client(
            client,
            (feedbacks, eachOutcome) -> {
              List<Feedback> read = new ArrayList<>();
              feedbacks.forEachRemaining(read::add);
              atOnce.add(read.size());
              return client.submitEach(read.iterator(), eachOutcome);
            });

    Quickstart.importFile(
        List.of("--import", file(lines).toString(), "--to", "portkey"),
        Map.of("portkey", () -> reading),
        new Screen(out));

    assertThat(atOnce).allMatch(number -> number <= 9);
    assertThat(printed()).contains("30 accepted, 0 failed");
  }

  @Test
  void aCompressedFileIsToBeUnpackedFirst() throws IOException {
    Path file = folder.resolve("clicks.jsonl");
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(file))) {
      packed.write(json(GOOD).getBytes(StandardCharsets.UTF_8));
    }

    assertThat(importFile(file)).isEqualTo(1);

    assertThat(printed()).contains("is compressed (gzip): unpack it first");
    assertThat(failed(file)).doesNotExist();
  }

  @Test
  void argumentsThatCannotBeMeantAreRefused() throws IOException {
    String file = file(json(GOOD)).toString();
    refused("--import lacks its value; '--to' is an option", "--import", "--to", "portkey");
    refused("--to lacks its value", "--import", file, "--to", "--repeat-uncertain");
    refused("--from-line must be", "--import", file, "--from-line", "0");
    refused("--from-line must be", "--import", file, "--from-line", "ten");
    refused("'" + folder + "' is a directory", "--import", folder.toString());
    refused("'" + file + "x' is not an existing file", "--import", file + "x");
    refused("'' is not an existing file", "--import", "");
    refused("--import: Nul character", "--import", "a\0b");
    refused("'--to' belongs to --import <file>", "--to", "portkey");
    refused("'--repeat-uncertain' belongs to --import", "--repeat-uncertain");
    refused("'--from-line' belongs to --import", "--from-line", "3");
  }

  private void refused(String why, String... args) {
    bytes.reset();
    assertThat(Quickstart.run(List.of(args), Map.of(), out)).isEqualTo(2);
    assertThat(printed()).contains(why, "usage:");
  }

  @Test
  void wrongArgumentsAreExplainedAndNothingIsSent() throws IOException {
    String file = file(json(GOOD)).toString();
    for (List<String> args :
        List.of(
            List.of("--import"),
            List.of("--import", file + "x"),
            List.of("--import", file, "--to"),
            List.of("--import", file, "--to", "acme"),
            List.of("--import", file, "--import", file),
            List.of("--import", file, "portkey=t"))) {
      assertThat(Quickstart.run(args, Map.of(), out)).as(args.toString()).isEqualTo(2);
    }
    assertThat(printed()).doesNotContain("goes to");
  }

  private int importFile(Path file, String... more) {
    List<String> args = new ArrayList<>(List.of("--import", file.toString(), "--to", "portkey"));
    args.addAll(List.of(more));
    used = client;
    client = RecordingFeedbackClient.create(PortkeyFeedbackClient.TRACE);
    Map<String, Supplier<FeedbackClient>> factories = Map.of("portkey", () -> used);
    return Quickstart.importFile(args, factories, new Screen(out));
  }

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("clicks.jsonl"), List.of(lines));
  }

  private static Path failed(Path file) {
    return file.resolveSibling(file.getFileName() + ".failed.jsonl");
  }

  private static String json(Feedback feedback) {
    return FeedbackJson.strict().write(feedback);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " ");
  }
}
