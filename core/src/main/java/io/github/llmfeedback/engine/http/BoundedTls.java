package io.github.llmfeedback.engine.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;

/**
 * A factory of TLS sockets over a {@link BoundedSocket}, even where OkHttp made the socket below
 * without a factory, as it does for a SOCKS proxy.
 */
final class BoundedTls extends SSLSocketFactory {
  private final SSLSocketFactory sockets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Socket, Socket> belows = new WeakHashMap<>();

  BoundedTls(SSLSocketFactory sockets) {
    this.sockets = sockets;
  }

  @Override
  public Socket createSocket(Socket below, String host, int port, boolean autoClose)
      throws IOException {
    Socket bounded = BoundedSocket.of(below);
    Socket tls = sockets.createSocket(bounded, host, port, autoClose);
    lock.lock();
    try {
      belows.put(tls, bounded);
    } finally {
      lock.unlock();
    }
    return tls;
  }

  /** The socket below one of TLS, which can be closed without waiting for what is written to it. */
  static Socket below(Socket socket, OkHttpClient http) {
    return socket instanceof SSLSocket && http.sslSocketFactory() instanceof BoundedTls factory
        ? factory.below(socket)
        : socket;
  }

  private Socket below(Socket tls) {
    lock.lock();
    try {
      return belows.getOrDefault(tls, tls);
    } finally {
      lock.unlock();
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
