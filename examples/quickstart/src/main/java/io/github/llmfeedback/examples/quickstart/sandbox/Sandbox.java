package io.github.llmfeedback.examples.quickstart.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Four feedback providers on one loopback port, each under its own path.
 *
 * <p>They are as strict and as forgetful as the real ones, as far as those are known: a client that
 * works here sends what they accept. Nothing is kept after {@link #close}, and no thread of the
 * sandbox keeps the program from exiting.
 */
public final class Sandbox implements AutoCloseable {
  private static final String NO_DELAY = "sun.net.httpserver.nodelay";
  private static final int THREADS = 16;
  private static final Duration INGESTION_DELAY = Duration.ofMillis(300);

  private final SandboxPortkey portkey = new SandboxPortkey();
  private final SandboxHumanloop humanloop;
  private final SandboxHelicone helicone;
  private final SandboxBaseplate baseplate;
  private final Map<String, Mount> mounts;
  private final ExecutorService threads;
  private final HttpServer server;

  /** One provider at its place on the server. */
  private record Mount(
      String prefix, Function<Call, Reply> provider, LongSupplier kept, LongAdder requests) {
    Mount(String prefix, Function<Call, Reply> provider, LongSupplier kept) {
      this(prefix, provider, kept, new LongAdder());
    }
  }

  Sandbox(Duration ingestionDelay, InstantSource clock) {
    humanloop = new SandboxHumanloop(clock);
    helicone = new SandboxHelicone(clock, ingestionDelay);
    baseplate = new SandboxBaseplate(clock);
    mounts =
        Map.of(
            "portkey",
            new Mount("/portkey/v1", portkey::answer, () -> portkey.records().size()),
            "humanloop",
            new Mount("/humanloop", humanloop::answer, () -> humanloop.records().size()),
            "helicone",
            new Mount("/helicone", helicone::answer, helicone::kept),
            "baseplate",
            new Mount("/baseplate/api", baseplate::answer, baseplate::kept));
    server = bind();
    threads = Executors.newFixedThreadPool(THREADS, daemons());
    server.setExecutor(threads);
    mounts.values().forEach(this::mount);
    // The server's own thread is a daemon only when a daemon starts it.
    CompletableFuture.runAsync(server::start, threads).join();
  }

  /** A running sandbox, in which an LLM call becomes a Helicone row after 300 ms. */
  public static Sandbox start() {
    return start(INGESTION_DELAY);
  }

  /** A running sandbox, in which an LLM call becomes a Helicone row after the given time. */
  public static Sandbox start(Duration ingestionDelay) {
    return new Sandbox(ingestionDelay, InstantSource.system());
  }

  public String portkeyBaseUrl() {
    return baseUrl("portkey");
  }

  public String humanloopBaseUrl() {
    return baseUrl("humanloop");
  }

  public String heliconeBaseUrl() {
    return baseUrl("helicone");
  }

  public String baseplateBaseUrl() {
    return baseUrl("baseplate");
  }

  public String portkeyKey() {
    return SandboxPortkey.KEY;
  }

  public String humanloopKey() {
    return SandboxHumanloop.KEY;
  }

  public String heliconeKey() {
    return SandboxHelicone.KEY;
  }

  public String baseplateKey() {
    return SandboxBaseplate.KEY;
  }

  public String baseplateEndpointId() {
    return SandboxBaseplate.ENDPOINT_ID;
  }

  public SandboxPortkey portkey() {
    return portkey;
  }

  public SandboxHumanloop humanloop() {
    return humanloop;
  }

  public SandboxHelicone helicone() {
    return helicone;
  }

  public SandboxBaseplate baseplate() {
    return baseplate;
  }

  /** How many HTTP requests a provider has responded to, including refusals. */
  public long requests(String provider) {
    return mounted(provider).requests().sum();
  }

  /** How many feedbacks a provider keeps now; Humanloop counts each statement of one by itself. */
  public long kept(String provider) {
    return mounted(provider).kept().getAsLong();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }

  /**
   * Without the property, which the server reads once, the head and the body of a response are sent
   * separately, and the second waits 40 ms for the acknowledgement of the first (measured on JDK
   * 17).
   */
  private static HttpServer bind() {
    if (System.getProperty(NO_DELAY) == null) {
      System.setProperty(NO_DELAY, "true");
    }
    try {
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      return HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  private static ThreadFactory daemons() {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "sandbox-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  private void mount(Mount mount) {
    server.createContext(mount.prefix() + "/", exchange -> serve(mount, exchange));
  }

  private static void serve(Mount mount, HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply = mount.provider().apply(call(mount, exchange));
      mount.requests().increment();
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", reply.contentType());
      exchange.sendResponseHeaders(reply.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static Call call(Mount mount, HttpExchange exchange) throws IOException {
    return new Call(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath().substring(mount.prefix().length()),
        exchange.getRequestHeaders(),
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
  }

  private String baseUrl(String provider) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + mounted(provider).prefix();
  }

  private Mount mounted(String provider) {
    Mount mount = mounts.get(provider);
    if (mount == null) {
      throw new IllegalArgumentException("The sandbox has no provider named " + provider);
    }
    return mount;
  }
}
