package io.github.llmfeedback.examples.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM that was started from here, and ends with its standard input. Not thread-safe. */
final class Jvm implements AutoCloseable {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  private final Process process;
  private final BufferedReader out;

  private Jvm(Process process) {
    this.process = process;
    // If this JVM is stopped, nobody else would end it in the middle of a round.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a class in a JVM; what it prints as an error is printed here. */
  static Jvm start(String classPath, List<String> options, Class<?> main, String... args) {
    List<String> command = new ArrayList<>(List.of(JAVA, "-Xms256m", "-Xmx256m"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(args));
    try {
      return new Jvm(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the JVM of a contender. */
  static Jvm of(Contender contender, String url) {
    return start(
        contender.classPath(), contender.options(), ContenderMain.class, contender.workload(), url);
  }

  /** Has a contender run its workload of a size, at least once on each thread. */
  Round round(int size, int threads, long millis) {
    tell(size + " " + threads + " " + millis);
    return Round.parse(line());
  }

  private void tell(String command) {
    try {
      process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line that it prints; fails if it ends instead. */
  String line() {
    try {
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("a JVM ended early; what it said is above");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it, by force if it does not end by itself within 5 seconds. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException gone) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
