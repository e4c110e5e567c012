package io.github.llmfeedback.engine.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A factory of TLS sockets over a {@link BoundedSocket}, even where OkHttp made the socket below
 * without a factory, as it does for a SOCKS proxy.
 */
final class BoundedTls extends SSLSocketFactory {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** The socket below each that is still in use. */
  private static final Map<Socket, Socket> BELOW = new WeakHashMap<>();

  private final SSLSocketFactory sockets;

  BoundedTls(SSLSocketFactory sockets) {
    this.sockets = sockets;
  }

  @Override
  public Socket createSocket(Socket below, String host, int port, boolean autoClose)
      throws IOException {
    Socket bounded = BoundedSocket.of(below);
    Socket tls = sockets.createSocket(bounded, host, port, autoClose);
    LOCK.lock();
    try {
      BELOW.put(tls, bounded);
    } finally {
      LOCK.unlock();
    }
    return tls;
  }

  /**
   * The socket below one of TLS; another socket itself. It can be closed without waiting for what
   * is written to it, and asked for what has come without waiting for more.
   */
  static Socket below(Socket socket) {
    if (!(socket instanceof SSLSocket)) {
      return socket;
    }
    LOCK.lock();
    try {
      return BELOW.getOrDefault(socket, socket);
    } finally {
      LOCK.unlock();
    }
  }

  @Override
  public Socket createSocket() throws IOException {
    return sockets.createSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return sockets.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return sockets.createSocket(host, port, local, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return sockets.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return sockets.createSocket(host, port, local, localPort);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return sockets.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }
}
