package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.examples.quickstart.sandbox.SandboxPortkey;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an outbox is for: the provider is down, 500 people click, the process is killed, and a new
 * one delivers what the old one stored. Both are processes of their own, with a SQLite file.
 */
final class OutboxTour {
  private final Screen screen;

  OutboxTour(Screen screen) {
    this.screen = screen;
  }

  void run() {
    try (Sandbox sandbox = Sandbox.start()) {
      Path folder = Files.createTempDirectory("feedback-outbox");
      try {
        run(sandbox, folder.resolve("feedback.db"));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void run(Sandbox sandbox, Path file) throws IOException, InterruptedException {
    screen.heading("Portkey is down, and 500 people click: they go to an outbox in a SQLite file.");
    try (Socket nobodyListens = new Socket()) {
      nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String down = "http://127.0.0.1:" + nobodyListens.getLocalPort() + "/v1";
      process("add", file, down, sandbox.portkeyKey());
    }
    screen.say("Now the process is killed (kill -9).");

    screen.heading("Portkey is back, and the process is started again.");
    process("deliver", file, sandbox.portkeyBaseUrl(), sandbox.portkeyKey());
    List<SandboxPortkey.Kept> kept = sandbox.portkey().records();
    long answers = kept.stream().map(SandboxPortkey.Kept::traceId).distinct().count();
    screen.say(
        "Portkey keeps %d feedbacks on %d answers: %d duplicates."
            .formatted(kept.size(), answers, kept.size() - answers));
  }

  /** Shows what a process prints, and kills it when it is ready for that. */
  private void process(String what, Path file, String baseUrl, String key)
      throws IOException, InterruptedException {
    Path errors = file.resolveSibling(what + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                OutboxProcess.class.getName(),
                what,
                file.toString(),
                baseUrl,
                key)
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      boolean isKilled = false;
      String line;
      while (!isKilled && (line = lines.readLine()) != null) {
        screen.say(line);
        if (line.equals(OutboxProcess.READY)) {
          process.destroyForcibly();
          isKilled = true;
        }
      }
      int exit = process.waitFor();
      if (!isKilled && (exit != 0 || what.equals("add"))) {
        throw new IllegalStateException(
            what + " ended with " + exit + ": " + Files.readString(errors));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /** The class path of this class, whoever loaded it: a JVM, or Maven; modules go on it too. */
  private static String classPath() {
    if (OutboxTour.class.getClassLoader() instanceof URLClassLoader loader) {
      return Stream.of(loader.getURLs())
          .map(OutboxTour::path)
          .collect(Collectors.joining(File.pathSeparator));
    }
    return Stream.of("java.class.path", "jdk.module.path")
        .map(name -> System.getProperty(name, ""))
        .filter(path -> !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String path(URL url) {
    return Path.of(URI.create(url.toString())).toString();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
