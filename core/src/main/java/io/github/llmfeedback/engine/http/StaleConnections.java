package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.redaction.KnownException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import okhttp3.Connection;
import okhttp3.Protocol;
import okhttp3.Response;

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

  /** Several, each with a lock of its own, because every call looks into one. */
  private final List<Uses> uses = Stream.generate(Uses::new).limit(16).toList();

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

  /** The last use of a connection, which one call at a time uses. */
  private static final class Use {
    private boolean wasUsed;

    /** When the response came, as {@link Clock#nanoTime}. */
    private long ended;

    /** Whether the server said that the connection may be used again. */
    private boolean keepsOpen;
  }

  /** The uses of some of the connections. */
  private static final class Uses {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Connection, Use> byConnection = new WeakHashMap<>();

    Use of(Connection connection) {
      lock.lock();
      try {
        return byConnection.computeIfAbsent(connection, unused -> new Use());
      } finally {
        lock.unlock();
      }
    }
  }

  private Use use(Connection connection) {
    return uses.get(System.identityHashCode(connection) % uses.size()).of(connection);
  }

  /**
   * Closes a connection that must not be used again.
   *
   * @return whether it was used before
   * @throws Stale if it was closed
   */
  boolean check(Connection connection) throws IOException {
    if (!isHttp1(connection)) {
      return false; // HTTP/2 reads all the time, and notices
    }
    Use last = use(connection);
    if (last.wasUsed && isStale(connection.socket(), last)) {
      connection.socket().close();
      throw new Stale();
    }
    return last.wasUsed;
  }

  /** Notes that a response came. */
  void used(Connection connection, Response response) {
    if (isHttp1(connection)) {
      Use use = use(connection);
      use.ended = clock.nanoTime();
      use.keepsOpen = staysOpen(response);
      use.wasUsed = true;
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

  private boolean isStale(Socket socket, Use last) {
    boolean isChecked = clock.nanoTime() - last.ended >= UNCHECKED.toNanos();
    return !last.keepsOpen || ((isChecked || hasMore(socket)) && isClosed(socket));
  }

  /** Whether anything has come since the last response, be it only a session ticket of TLS. */
  private static boolean hasMore(Socket socket) {
    try {
      Socket below = BoundedTls.below(socket);
      return socket.getInputStream().available() > 0
          || (below != socket && below.getInputStream().available() > 0);
    } catch (IOException broken) {
      return true;
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
