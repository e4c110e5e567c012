package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.redaction.KnownException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Connection;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Checks a connection before it is used again: a request on one that the server closed meanwhile
 * would be lost, and nobody could know whether it arrived.
 *
 * <p>OkHttp checks too, but only a connection that was idle for 10 seconds ({@code
 * RealConnection.IDLE_CONNECTION_HEALTHY_NS} in 4.12 and 5.5), while a Node server, for one, closes
 * after 5.
 */
final class StaleConnections {
  /**
   * How long a connection may be idle without being checked. The check for an end of stream takes 1
   * ms, many times as long as a request to a server nearby; servers keep an idle connection for
   * seconds, nginx for 75, Node for 5, and Apache for 5.
   */
  private static final Duration UNCHECKED = Duration.ofSeconds(1);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Connection, Use> uses = new WeakHashMap<>();

  StaleConnections(Clock clock) {
    this.clock = clock;
  }

  /** The server had closed the connection; nothing was sent. */
  static final class Stale extends KnownException {
    private static final long serialVersionUID = 1L;

    Stale() {
      super("the server had closed the idle connection");
    }
  }

  /**
   * The last use of a connection.
   *
   * @param ended when the response came, as {@link Clock#nanoTime}
   * @param keepsOpen whether the server said that the connection may be used again
   */
  private record Use(long ended, boolean keepsOpen) {}

  /**
   * Closes a connection that must not be used again.
   *
   * @return whether it was used before
   * @throws Stale if it was closed
   */
  boolean check(Connection connection) throws IOException {
    Use last = isHttp1(connection) ? last(connection) : null; // HTTP/2 reads all the time
    if (last != null && isStale(connection.socket(), last)) {
      connection.socket().close();
      throw new Stale();
    }
    return last != null;
  }

  /** Notes that a response came. */
  void used(Connection connection, Response response) {
    if (isHttp1(connection)) {
      use(connection, new Use(clock.nanoTime(), staysOpen(response)));
    }
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

  /** The last use of the connection; null if it has never been used. */
  private @Nullable Use last(Connection connection) {
    lock.lock();
    try {
      return uses.get(connection);
    } finally {
      lock.unlock();
    }
  }

  private void use(Connection connection, Use use) {
    lock.lock();
    try {
      uses.put(connection, use);
    } finally {
      lock.unlock();
    }
  }

  private boolean isStale(Socket socket, Use last) {
    boolean isChecked = clock.nanoTime() - last.ended >= UNCHECKED.toNanos();
    return !last.keepsOpen || isClosed(socket, isChecked);
  }

  /**
   * Whether there are unsolicited bytes, such as an early 408, or an end of stream.
   *
   * @param waits whether to look for an end of stream, for which there is no way without a wait
   */
  private static boolean isClosed(Socket socket, boolean waits) {
    try {
      if (!waits) {
        return socket.getInputStream().available() > 0;
      }
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
