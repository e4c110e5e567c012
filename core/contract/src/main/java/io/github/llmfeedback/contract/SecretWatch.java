package io.github.llmfeedback.contract;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Captures everything that the tests of a module print and log, and fails the build if it contains
 * a key or a text that the tests planted. JUnit finds it by {@code META-INF/services}.
 */
public final class SecretWatch implements LauncherSessionListener {
  /** The prefixes of planted keys, the texts in {@link Sentinel}, and the keys of the examples. */
  private static final Pattern PLANTED =
      Pattern.compile(
          "k3y-Zq81|t0y-k3y|wq7zk-|x4vjp-|sandbox-[a-z]+-key", Pattern.CASE_INSENSITIVE);

  private static final int ENOUGH = 10;

  private final Queue<String> found = new ConcurrentLinkedQueue<>();
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final List<Ear> ears = List.of(new Ear(out), new Ear(err));

  /** For JUnit. */
  public SecretWatch() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    listen();
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    stop();
  }

  void listen() {
    System.setOut(new PrintStream(ears.get(0), true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(ears.get(1), true, StandardCharsets.UTF_8));
  }

  void stop() {
    System.setOut(out);
    System.setErr(err);
    ears.forEach(Ear::lineEnds);
    if (!found.isEmpty()) {
      throw new AssertionError("printed or logged what must never be: " + found);
    }
  }

  /** Passes on what is written, and checks each line; its stream allows one thread at a time. */
  private final class Ear extends OutputStream {
    private final PrintStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Ear(PrintStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) {
      to.write(b);
      hear(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      to.write(bytes, from, length);
      for (int i = from; i < from + length; i++) {
        hear(bytes[i]);
      }
    }

    @Override
    public void flush() {
      to.flush();
    }

    private void hear(int b) {
      line.write(b);
      if (b == '\n') {
        lineEnds();
      }
    }

    void lineEnds() {
      String text = line.toString(StandardCharsets.UTF_8);
      line.reset();
      if (PLANTED.matcher(text).find() && found.size() < ENOUGH) {
        found.add(text.strip());
      }
    }
  }
}
