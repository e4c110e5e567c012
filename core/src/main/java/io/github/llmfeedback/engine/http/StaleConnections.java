package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.redaction.KnownException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Checks a connection before it is used again: a request on one that the server closed meanwhile
 * would be lost, and nobody could know whether it arrived.
 *
 * <p>OkHttp checks too, but only a connection that was idle for 10 seconds ({@code
 * RealConnection.IDLE_CONNECTION_HEALTHY_NS} in 4.12 and 5.5), while a Node server, for one, closes
 * after 5. The check takes 1 ms.
 */
final class StaleConnections implements Interceptor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Connection, Boolean> used = new WeakHashMap<>();

  /** The server had closed the connection; nothing was sent. */
  static final class Stale extends KnownException {
    private static final long serialVersionUID = 1L;

    Stale() {
      super("the server had closed the idle connection");
    }
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Connection connection = chain.connection();
    if (connection == null || !isHttp1(connection)) {
      return chain.proceed(chain.request()); // HTTP/2 reads all the time, and notices
    }
    Boolean persists = persists(connection);
    if (persists != null && (!persists || isClosed(connection.socket()))) {
      connection.socket().close();
      throw new Stale();
    }
    Response response = chain.proceed(chain.request());
    use(connection, staysOpen(response));
    return response;
  }

  private static boolean isHttp1(Connection connection) {
    return connection.protocol() == Protocol.HTTP_1_1 || connection.protocol() == Protocol.HTTP_1_0;
  }

  /** An HTTP/1.0 server closes unless it says otherwise (RFC 9112, 9.3), which OkHttp ignores. */
  private static boolean staysOpen(Response response) {
    return response.protocol() != Protocol.HTTP_1_0
        || response.headers("Connection").stream()
            .anyMatch(options -> options.toLowerCase(Locale.ROOT).contains("keep-alive"));
  }

  /** Whether the connection may be used again; null if it has never been used. */
  private @Nullable Boolean persists(Connection connection) {
    lock.lock();
    try {
      return used.get(connection);
    } finally {
      lock.unlock();
    }
  }

  private void use(Connection connection, boolean persists) {
    lock.lock();
    try {
      used.put(connection, persists);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is an end of stream, or unsolicited bytes, such as an early 408. */
  private static boolean isClosed(Socket socket) {
    try {
      int timeout = socket.getSoTimeout();
      socket.setSoTimeout(1);
      try {
        int next = socket.getInputStream().read();
        return next >= -1;
      } finally {
        socket.setSoTimeout(timeout);
      }
    } catch (SocketTimeoutException quiet) {
      return false;
    } catch (IOException broken) {
      return true;
    }
  }
}
