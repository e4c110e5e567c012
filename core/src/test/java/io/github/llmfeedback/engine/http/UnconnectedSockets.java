package io.github.llmfeedback.engine.http;

import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.SocketFactory;

/** A factory of a test's own sockets, which supports only unconnected ones, as OkHttp uses. */
public final class UnconnectedSockets extends SocketFactory {
  private final Supplier<Socket> maker;

  public UnconnectedSockets(Supplier<Socket> maker) {
    this.maker = maker;
  }

  @Override
  public Socket createSocket() {
    return maker.get();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
