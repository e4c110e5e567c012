package io.github.llmfeedback.outbox.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** An {@link Adder} in a JVM of its own, with this one's class path. */
final class Child implements AutoCloseable {
  private static final int SIGKILL = 128 + 9;

  final String name;
  private final Process process;
  private final Path out;
  private final Path err;

  /** Starts it. */
  Child(Place place, String url, Mode mode, String name, String targets, int first, long seed) {
    this.name = name;
    try {
      out = Files.createTempFile("adder", ".out");
      err = Files.createTempFile("adder", ".err");
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Adder.class.getName(),
                  place.url(),
                  url,
                  mode.name(),
                  name,
                  targets,
                  Integer.toString(first),
                  Long.toString(seed))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it printed so far; fails if it ended by itself. */
  String printed() {
    if (!process.isAlive() && process.exitValue() != SIGKILL) {
      throw new AssertionError(
          name + " ended by itself with " + process.exitValue() + ": " + read(err));
    }
    return read(out);
  }

  /** How many ids it has printed. */
  long added() {
    return printed().lines().filter(line -> line.startsWith("=")).count();
  }

  /** Waits until something is so; fails if that takes long, or if it ended by itself. */
  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      var unused = printed();
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(name + ": waited in vain: " + what + ": " + read(err));
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** Ends it with SIGKILL: no hook and no finally block runs. */
  void kill() {
    process.destroyForcibly().onExit().join();
    assertThat(process.exitValue()).as(() -> name + ": " + read(err)).isEqualTo(SIGKILL);
  }

  /** Suspends it, at whatever it does. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Has it add no more; it ends when what it is sending has its fate. */
  void end() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless it ends well, and in time. */
  void awaitEnd(Duration timeout) throws InterruptedException {
    boolean hasEnded = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (!hasEnded || process.exitValue() != 0) {
      throw new AssertionError(
          name
              + (hasEnded ? " ended with " + process.exitValue() : " did not end")
              + ": "
              + read(err));
    }
  }

  /** What it printed before it ended. */
  String printedInAll() {
    return read(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    try {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
