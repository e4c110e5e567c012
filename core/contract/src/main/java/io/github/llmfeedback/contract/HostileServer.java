package io.github.llmfeedback.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A provider that treats requests as a {@link Hostility} says, and counts exactly what it keeps.
 */
final class HostileServer implements AutoCloseable {
  final ClientUnderTest provider;
  final Hostility hostility;
  private final HeldCertificate certificate;
  private final ServerSocket listening;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  private final AtomicInteger ended = new AtomicInteger();
  private final Set<String> struck = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> taken = new ConcurrentHashMap<>();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();

  HostileServer(ClientUnderTest provider, Hostility hostility) {
    this.provider = provider;
    this.hostility = hostility;
    certificate = hostility.route().certificate();
    try {
      listening = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::listen);
  }

  private void start(Runnable task) {
    Thread thread = new Thread(task, "hostile-server");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void listen() {
    try {
      while (!listening.isClosed()) {
        Socket socket = listening.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      if (hostility.closesUnread()) {
        socket.setSoLinger(true, 0);
      } else {
        switch (hostility.route()) {
          case TLS, UNTRUSTED, WRONG_HOST -> converse(secure(socket));
          case HTTP2 -> new Http2Connection(this, socket).converse();
          default -> converse(socket);
        }
      }
    } catch (IOException | InterruptedException gone) {
      // the client's concern
    } finally {
      ended.incrementAndGet();
    }
  }

  private void converse(Socket socket) throws IOException, InterruptedException {
    Exchange exchange;
    while (!socket.isClosed() && (exchange = Exchange.next(this, socket)) != null) {
      if (exchange.firstLine().startsWith("CONNECT") && Route.hasCredentials(exchange)) {
        exchange.lines("HTTP/1.1 200 OK\n\n");
        converse(secure(socket));
        return;
      }
      meet(exchange);
    }
  }

  /** Treats a request that carries feedback as the hostility says, others as the provider would. */
  void meet(Exchange exchange) throws IOException, InterruptedException {
    if (exchange.isQuestion()) {
      exchange.answer(provider.answerQuestion(exchange.read(), id -> taken(id) > 0).orElseThrow());
    } else if (!hostility.once() || struck.add(exchange.identity())) {
      hostility.misbehaviour().handle(exchange);
    } else {
      exchange.yes();
    }
  }

  private Socket secure(Socket plain) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .build()
                .sslSocketFactory()
                .createSocket(plain, "localhost", plain.getPort(), true);
    secure.setUseClientMode(false);
    secure.startHandshake();
    return secure;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How many connections are over. */
  int ended() {
    return ended.get();
  }

  void take(Seen request) {
    take(provider.targetIds(request));
  }

  void take(List<String> ids) {
    ids.forEach(id -> taken.merge(id, 1, Integer::sum));
  }

  void saysYes(Seen request) {
    accepted.addAll(provider.targetIds(request));
  }

  /** How often it stored feedback on this target. */
  int taken(String id) {
    return taken.getOrDefault(id, 0);
  }

  /** Whether it accepted feedback on this target. */
  boolean saidYes(String id) {
    return accepted.contains(id);
  }

  /** Waits this long, or until the test is over. */
  void rest(long milliseconds) throws InterruptedException {
    if (closing.await(milliseconds, TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("the test is over");
    }
  }

  /** Closes every connection; nothing is accepted any longer when it returns. */
  @Override
  public void close() {
    closing.countDown();
    try {
      listening.close();
      for (Socket socket : List.copyOf(sockets)) {
        socket.close();
      }
      for (Thread thread : List.copyOf(threads)) {
        thread.join(10_000);
        if (thread.isAlive()) {
          throw new AssertionError("the hostile server does not end");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
