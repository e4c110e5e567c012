package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The server of all contenders, in a JVM of its own so that its CPU time and garbage are not
 * counted as theirs. As cheap as can be: a thread for each connection, which reads a request and
 * writes a response that is ready. Ends when its standard input does.
 */
final class Server {
  private Server() {}

  /** Prints the port and serves. */
  public static void main(String[] args) throws IOException {
    ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    daemon("accept", () -> accept(server));
    System.out.println(server.getLocalPort());
    System.in.readAllBytes(); // until whoever started this JVM closes it
    System.exit(0);
  }

  private static void accept(ServerSocket server) throws IOException {
    while (true) {
      Socket socket = server.accept();
      socket.setTcpNoDelay(true);
      daemon("connection", () -> serve(socket));
    }
  }

  private static void serve(Socket socket) throws IOException, InterruptedException {
    try (socket) {
      ServerRequest request = new ServerRequest(socket.getInputStream());
      while (request.read()) {
        int millis = Answers.millis(request);
        if (millis > 0) {
          Thread.sleep(millis);
        }
        socket.getOutputStream().write(Answers.to(request));
      }
    }
  }

  /** Work that may end with its connection. */
  private interface Serving {
    void run() throws IOException, InterruptedException;
  }

  private static void daemon(String name, Serving work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException gone) {
                // The contender has closed the connection.
              } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
