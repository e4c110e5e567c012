package io.github.llmfeedback.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that runs a test's script on each of its connections, byte by byte. */
public final class RawServer implements AutoCloseable {
  /** What the server does with a connection, which is closed afterwards. */
  public interface Script {
    void with(Socket socket) throws IOException, InterruptedException;
  }

  static final Script YES =
      socket -> {
        readRequest(socket);
        write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
      };

  private final ServerSocket listening;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

  /** A server with one script for each connection; the last is used for all further ones. */
  public RawServer(Script... scripts) {
    this(InetAddress.getLoopbackAddress(), scripts);
  }

  /** As {@link #RawServer(Script...)}, at another address than the default loopback address. */
  public RawServer(InetAddress at, Script... scripts) {
    try {
      listening = new ServerSocket(0, 50, at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(() -> accept(scripts));
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept(Script... scripts) {
    try {
      while (!listening.isClosed()) {
        Socket socket = listening.accept();
        open.add(socket);
        Script script = scripts[Math.min(connections.getAndIncrement(), scripts.length - 1)];
        daemon(
            () -> {
              run(script, socket);
              closed.incrementAndGet();
            });
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  private static void run(Script script, Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 5); // closing waits until the client's system knows of it
      script.with(socket);
    } catch (IOException | InterruptedException gone) {
      // the client's concern
    }
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How many connections were accepted so far. */
  int connections() {
    return connections.get();
  }

  /** How many connections it has closed, as the client's system knows. */
  public int closed() {
    return closed.get();
  }

  /** Reads a whole request and returns its head. */
  public static String readRequest(Socket socket) throws IOException {
    String head = readHead(socket.getInputStream());
    readBody(socket.getInputStream(), head);
    return head;
  }

  /** Reads the body that belongs to a head. */
  static String readBody(InputStream in, String head) throws IOException {
    int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
    int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int next;
    while (head.indexOf("\r\n\r\n") < 0 && (next = in.read()) != -1) {
      head.append((char) next);
    }
    if (head.isEmpty()) {
      throw new IOException("no request came");
    }
    return head.toString();
  }

  public static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Ends the connection with a reset. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
