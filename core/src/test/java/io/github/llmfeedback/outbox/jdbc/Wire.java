package io.github.llmfeedback.outbox.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** A wire between a client and PostgreSQL that a test can cut. */
final class Wire implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();

  /** The statement at which the connection ends; empty after that. */
  private final AtomicReference<String> cutAt = new AtomicReference<>("");

  private volatile boolean arrives;
  private volatile boolean isDown;
  private volatile boolean goesDownAtCut;

  Wire(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Refuses connections and ends those that are there. */
  void down() {
    isDown = true;
    sockets.forEach(Wire::close);
  }

  void up() {
    isDown = false;
  }

  /**
   * Ends the connection at the next statement of this kind.
   *
   * @param word COMMIT or INSERT
   * @param arrives whether the server receives it
   * @param staysDown whether there is no connection after
   */
  void cutAt(String word, boolean arrives, boolean staysDown) {
    this.arrives = arrives;
    goesDownAtCut = staysDown;
    cutAt.set(word);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        if (isDown) {
          close(client);
          continue;
        }
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(upstream);
        start(() -> pump(client, upstream, true));
        start(() -> pump(upstream, client, false));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void pump(Socket from, Socket to, boolean isToServer) {
    byte[] buffer = new byte[65_536];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read;
      while ((read = in.read(buffer)) >= 0) {
        boolean isCut =
            isToServer && isCut(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
        if (isCut) {
          isDown = goesDownAtCut;
          if (isDown) {
            sockets.stream().filter(socket -> socket != to).forEach(Wire::close);
          }
          close(from);
        }
        if (!isCut || arrives) {
          out.write(buffer, 0, read);
          out.flush();
        }
        if (isCut && !arrives) {
          close(to);
        }
      }
      to.shutdownOutput();
    } catch (IOException e) {
      close(from);
      close(to);
    }
  }

  /** The driver prepares COMMIT as its first statement on each connection, and then binds that. */
  private boolean isCut(String message) {
    String word = cutAt.get();
    boolean isWord =
        !word.isEmpty()
            && (message.contains(word)
                || (word.equals("COMMIT")
                    && message.startsWith("B")
                    && message.contains("\0S_1\0")));
    return isWord && cutAt.compareAndSet(word, "");
  }

  boolean hasCut() {
    return cutAt.get().isEmpty();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    down();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
