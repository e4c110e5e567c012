package io.github.llmfeedback.engine.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** A factory that wraps the sockets of another, each in a {@link BoundedSocket}. */
final class BoundedSockets extends SocketFactory {
  private final SocketFactory sockets;

  BoundedSockets(SocketFactory sockets) {
    this.sockets = sockets;
  }

  @Override
  public Socket createSocket() throws IOException {
    return bounded(sockets.createSocket());
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return bounded(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return bounded(sockets.createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return bounded(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return bounded(sockets.createSocket(host, port, local, localPort));
  }

  /**
   * The plain sockets of the JDK also send at once ({@code TCP_NODELAY}): OkHttp writes a body in
   * pieces of 8 KB, and the last one would wait, often for 40 ms, until the server acknowledged the
   * one before.
   */
  private static Socket bounded(Socket socket) throws IOException {
    if (socket.getClass() == Socket.class) {
      socket.setTcpNoDelay(true);
    }
    return BoundedSocket.of(socket);
  }
}
