package io.github.llmfeedback.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs in its own JVM, with this one's class path. */
public final class Program implements AutoCloseable {
  private final Process process;
  private final Path out;
  private final Path err;

  /** Starts the program. */
  public Program(List<String> options, Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // it soon ends
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    try {
      out = Files.createTempFile("program", ".out"); // files, for a pipe may fill up
      err = Files.createTempFile("program", ".err");
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it printed; fails unless it ends well, and in time. */
  public String output(Duration timeout) throws InterruptedException {
    boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended || process.exitValue() != 0) {
      throw new AssertionError(
          (ended ? "ended with " + process.exitValue() : "did not end") + ": " + read(out, err));
    }
    return read(out);
  }

  /** Asks it to exit, as {@code kill} does. */
  public void terminate() {
    process.destroy();
  }

  /** What a program printed that was asked to end; fails unless it ends in time. */
  public String outputOfTheTerminated(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("did not end: " + read(out, err));
    }
    return read(out);
  }

  public boolean hasPrinted(String text) {
    return read(out).contains(text);
  }

  /** What it wrote to the error stream. */
  public String errors() {
    return read(err);
  }

  private static String read(Path... files) {
    StringBuilder text = new StringBuilder();
    try {
      for (Path file : files) {
        text.append(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().strip();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Files.delete(out);
      Files.delete(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
