package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.redaction.KnownException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import okhttp3.Connection;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * Allows plain http to this machine only, unless the settings allow more.
 *
 * <p>The base URL's host name was checked already, but a proxy, a {@code Dns} or an interceptor of
 * the user's OkHttp client, or the JVM's own proxy settings, may lead elsewhere. Only a network
 * interceptor sees the connection that is really used.
 */
final class PlainHttp {
  private PlainHttp() {}

  /**
   * Checks where a connection leads. Once is enough for each: its socket connects only once.
   *
   * @throws Refused if it is plain http and does not stay here
   */
  static void check(@Nullable Connection connection) throws Refused {
    // The connection decides, not the URL: an interceptor can change the scheme without effect.
    if (connection == null || connection.handshake() == null) {
      String elsewhere = connection == null ? "an unknown place" : elsewhere(connection);
      if (elsewhere != null) {
        throw new Refused(elsewhere);
      }
    }
  }

  /** Where the connection leads if not to this machine; null if it stays here. */
  private static @Nullable String elsewhere(Connection connection) {
    Route route = connection.route();
    Proxy.Type proxy = route.proxy().type();
    if (proxy != Proxy.Type.DIRECT) {
      return (proxy == Proxy.Type.SOCKS ? "a SOCKS" : "an HTTP") + " proxy";
    }
    InetAddress server = route.socketAddress().getAddress();
    if (server == null || !server.isLoopbackAddress()) {
      return server == null ? "an unknown address" : server.getHostAddress();
    }
    return isProxied(route, connection.socket()) ? "the JVM's SOCKS proxy" : null;
  }

  /**
   * Whether the JDK's socket itself goes through a SOCKS proxy, which OkHttp does not know of: a
   * socket that was created without a proxy asks the JVM's selector when it connects.
   */
  private static boolean isProxied(Route route, Socket socket) {
    InetAddress local = socket.getLocalAddress(); // the wildcard address if it was closed meanwhile
    if (local != null && !local.isLoopbackAddress() && !local.isAnyLocalAddress()) {
      return true; // what connects to a loopback address does so from one
    }
    ProxySelector selector = ProxySelector.getDefault();
    if (selector == null) {
      return false;
    }
    String host = route.socketAddress().getHostString();
    int port = route.socketAddress().getPort();
    try {
      List<Proxy> proxies = selector.select(new URI("socket", null, host, port, null, null, null));
      return !proxies.isEmpty() && proxies.get(0).type() == Proxy.Type.SOCKS;
    } catch (URISyntaxException e) {
      return false; // the JDK connects directly then
    }
  }

  /** Plain http would have left this machine; nothing was sent. */
  static final class Refused extends KnownException {
    private static final long serialVersionUID = 1L;

    Refused(String elsewhere) {
      super(
          "plain http would travel unencrypted to "
              + elsewhere
              + "; use https, or ClientSettings.builder().allowPlainHttp(true)");
    }
  }
}
