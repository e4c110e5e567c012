package io.github.llmfeedback.contract;

import io.github.llmfeedback.contract.Reply.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.mockwebserver.Dispatcher;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import okhttp3.mockwebserver.SocketPolicy;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A real HTTP server on loopback that sends prepared responses and records requests. The only class
 * that knows which server library it uses.
 */
public final class LoopbackServer implements AutoCloseable {
  private static final Logger QUIET = Logger.getLogger(MockWebServer.class.getName());

  private final MockWebServer server = new MockWebServer();
  private final boolean secure;
  private final Queue<Reply> queued = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Function<Seen, Reply>> otherwise =
      new AtomicReference<>(seen -> Reply.of(500, "{\"error\":\"no reply was enqueued\"}"));

  /** Starts a server on a free port. */
  public LoopbackServer() {
    this(null);
  }

  /** Starts a server on a free port; with a certificate, it serves TLS and HTTP/2. */
  public LoopbackServer(@Nullable SSLSocketFactory certificate) {
    QUIET.setLevel(Level.OFF);
    server.setServerSocketFactory(new PromptSockets());
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            Reply next = queued.poll();
            return response(next == null ? otherwise.get().apply(seen(request)) : next);
          }

          /** Called before a connection is accepted, and before an HTTP/2 request is read. */
          @Override
          public MockResponse peek() {
            Reply next = queued.peek();
            return next == null ? super.peek() : early(next);
          }
        });
    if (certificate != null) {
      server.useHttps(certificate, false);
    }
    secure = certificate != null;
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its URL, without a trailing slash. */
  public String url() {
    return secure
        ? "https://localhost:" + server.getPort()
        : "http://127.0.0.1:" + server.getPort();
  }

  /** Sends this reply to the next request that has none yet. */
  public LoopbackServer enqueue(Reply reply) {
    queued.add(reply);
    return this;
  }

  /** As {@link #enqueue(Reply)}, with a JSON body. */
  public LoopbackServer enqueue(int status, String body) {
    return enqueue(Reply.of(status, body));
  }

  /** Sets the function that replies to every request for which no reply is enqueued. */
  public LoopbackServer answerAll(Function<Seen, Reply> replies) {
    otherwise.set(replies);
    return this;
  }

  /** How many requests came so far. */
  public int count() {
    return server.getRequestCount();
  }

  /** Takes the next request; fails if none comes within 10 seconds. */
  public Seen take() {
    try {
      RecordedRequest request = server.takeRequest(10, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("no request came");
      }
      return seen(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a request", e);
    }
  }

  /** Takes all requests that have not been taken. */
  public List<Seen> takeAll() {
    List<Seen> all = new ArrayList<>();
    try {
      RecordedRequest request;
      while ((request = server.takeRequest(0, TimeUnit.SECONDS)) != null) {
        all.add(seen(request));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while taking requests", e);
    }
    return all;
  }

  private static Seen seen(RecordedRequest request) {
    return new Seen(
        String.valueOf(request.getMethod()),
        String.valueOf(request.getPath()),
        request.getHeaders().toMultimap(),
        request.getBody().clone().readUtf8());
  }

  /** What happens before the request is read. */
  private static MockResponse early(Reply reply) {
    MockResponse response = new MockResponse();
    if (reply.fault() == Fault.CLOSED_AT_ONCE) {
      response.setSocketPolicy(SocketPolicy.DISCONNECT_AT_START);
    }
    return response;
  }

  private static MockResponse response(Reply reply) {
    MockResponse response = new MockResponse().setResponseCode(reply.status());
    if (reply.status() != 204) {
      response.setBody(new Buffer().writeString(reply.body(), reply.charset()));
    }
    reply.headers().forEach(response::setHeader);
    response.setHeadersDelay(reply.delay().toMillis(), TimeUnit.MILLISECONDS);
    switch (reply.fault()) {
      case NONE -> response.setSocketPolicy(SocketPolicy.KEEP_OPEN);
      // The first comes too late here, on a connection that is taken.
      case CLOSED_AT_ONCE, CLOSED_AFTER_REQUEST ->
          response.setSocketPolicy(SocketPolicy.DISCONNECT_AFTER_REQUEST);
      case CLOSED_IN_ANSWER ->
          response.setSocketPolicy(SocketPolicy.DISCONNECT_DURING_RESPONSE_BODY);
      case NEVER_ANSWERED -> response.setSocketPolicy(SocketPolicy.NO_RESPONSE);
      case ONE_BYTE_A_SECOND -> response.throttleBody(1, 1, TimeUnit.SECONDS);
    }
    return response;
  }

  @Override
  public void close() {
    try {
      server.shutdown();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * MockWebServer writes the head and the body of a response separately; with Nagle's algorithm the
   * body then waits 40 ms for the client's delayed acknowledgement, which reduces thousands of
   * responses a second to 350.
   */
  private static final class PromptSockets extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public Socket accept() throws IOException {
          Socket socket = super.accept();
          socket.setTcpNoDelay(true);
          return socket;
        }
      };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      throw new UnsupportedOperationException();
    }
  }
}
