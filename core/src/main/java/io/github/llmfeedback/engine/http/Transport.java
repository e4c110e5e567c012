package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.concurrent.Surely;
import io.github.llmfeedback.concurrent.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The threads and the timer that all clients of the process share: made for the first, shut down
 * with the last. Every thread is a daemon, and none exists before it is needed.
 *
 * <p>Connections are not shared: what a server leaves unread on one would spoil the next call of
 * another client, which may have another key.
 */
public final class Transport implements Time {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** "For ever" has more nanoseconds than a long holds. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final AtomicInteger THREADS = new AtomicInteger();
  private static @Nullable Transport shared;
  private static int users;

  private final ExecutorService calls = threads("llm-feedback-call-");
  private final ExecutorService callbacks = threads("llm-feedback-callback-");
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, this::timerThread);
  private final StaleConnections staleConnections = new StaleConnections();
  private final OkHttpClient http;

  private Transport() {
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(5, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    Dispatcher dispatcher = new Dispatcher(calls);
    dispatcher.setMaxRequests(Integer.MAX_VALUE); // each client's own permits are the bound
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    http = new OkHttpClient.Builder().dispatcher(dispatcher).build();
  }

  /** The shared transport, with one more user, who must release it once. */
  public static Transport acquire() {
    LOCK.lock();
    try {
      Transport transport = shared;
      if (transport == null) {
        transport = new Transport();
        shared = transport;
      }
      users++;
      return transport;
    } finally {
      LOCK.unlock();
    }
  }

  public void release() {
    LOCK.lock();
    try {
      users--;
      if (users > 0) {
        return;
      }
      shared = null;
    } finally {
      LOCK.unlock();
    }
    calls.shutdown();
    callbacks.shutdown();
    timer.shutdownNow();
  }

  /**
   * A tamed HTTP client, with connections of its own: from the shared one, or from the user's own
   * with its other parts kept. Who takes it evicts its connections in the end.
   */
  public OkHttpClient http(ClientSettings settings) {
    OkHttpClient from = settings.httpClient().orElse(http);
    OkHttpClient.Builder tamed =
        from.newBuilder()
            .connectionPool(new ConnectionPool(64, 30, TimeUnit.SECONDS))
            .socketFactory(new BoundedSockets(from.socketFactory()))
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(settings.connectTimeout())
            // An attempt's time is ours to keep: these would not see it wait for a name server, for
            // the user's dispatcher or in an interceptor.
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .callTimeout(Duration.ZERO)
            .addNetworkInterceptor(RetryAfter::bounded)
            .addNetworkInterceptor(staleConnections);
    if (!settings.allowPlainHttp()) {
      tamed.addNetworkInterceptor(PlainHttp::intercept);
    }
    tamed.addNetworkInterceptor(SendPhase::intercept);
    X509TrustManager trust = from.x509TrustManager();
    if (trust != null) { // or it speaks no TLS
      tamed.sslSocketFactory(new BoundedTls(from.sslSocketFactory()), trust);
    }
    tamed.interceptors().add(0, Transport::catchBugs);
    tamed.interceptors().add(1, new ProxyCredentials(from.proxyAuthenticator()));
    return tamed.build();
  }

  /** OkHttp would let an interceptor's exception kill the thread and call it a cancellation. */
  private static Response catchBugs(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (RuntimeException e) {
      throw new IOException("an interceptor failed with " + e.getClass().getName(), e);
    }
  }

  /**
   * Where futures complete: never on a thread that carries calls or tells the time, not even if the
   * user's executor runs its tasks on the thread that brings them, or takes no more.
   */
  public Executor callbacks(ClientSettings settings) {
    return settings
        .callbackExecutor()
        .<Executor>map(users -> task -> callbacks.execute(() -> handOver(task, users)))
        .orElse(callbacks);
  }

  private static void handOver(Runnable task, Executor users) {
    try {
      users.execute(task);
    } catch (RuntimeException | Error e) { // it takes no more: better here than never
      task.run();
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  @Override
  public Alarm schedule(Runnable task, Duration delay) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    try {
      Runnable sure = () -> Surely.run(task);
      Future<?> future = timer.schedule(() -> ring(sure), bounded.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {}; // the last client is closed: nobody waits for this any more
    }
  }

  /** The timer is everybody's; a task may meet a user's event listener, which takes its time. */
  private void ring(Runnable task) {
    try {
      callbacks.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // no thread is to be had
      task.run();
    }
  }

  /** A thread that has a successor if it dies, as where there is no memory to wait for an alarm. */
  private Thread timerThread(Runnable task) {
    Thread thread = daemons("llm-feedback-timer-").newThread(task);
    thread.setUncaughtExceptionHandler((dead, e) -> Surely.run(timer::prestartCoreThread));
    return thread;
  }

  private static ExecutorService threads(String name) {
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons(name));
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name + THREADS.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
