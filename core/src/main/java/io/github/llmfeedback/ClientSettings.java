package io.github.llmfeedback;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** How a client behaves: what it may lose, how long it waits, how often it tries. Immutable. */
public final class ClientSettings {
  private static final ClientSettings DEFAULTS = builder().build();

  private final Builder values;

  private ClientSettings(Builder values) {
    this.values = values;
  }

  /** The default settings. */
  public static ClientSettings defaults() {
    return DEFAULTS;
  }

  /** A builder that starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts with these settings. */
  public Builder newBuilder() {
    return new Builder(values);
  }

  /** What may be lost of a feedback; {@link LossPolicy#ROUNDING} by default. */
  public LossPolicy lossPolicy() {
    return values.lossPolicy;
  }

  /**
   * How long it may take until a connection is established; 3 s by default. A TLS handshake on it
   * comes after that and is bounded by {@link #attemptTimeout()}.
   */
  public Duration connectTimeout() {
    return values.connectTimeout;
  }

  /** How long one request and its response may take; 10 s by default. */
  public Duration attemptTimeout() {
    return values.attemptTimeout;
  }

  /** How long a call may take, including all its attempts and waits; 30 s by default. */
  public Duration totalTimeout() {
    return values.totalTimeout;
  }

  /**
   * How long a whole {@code submitAll} may take, or one chunk of {@code submitEach}; 10 min by
   * default.
   */
  public Duration batchTimeout() {
    return values.batchTimeout;
  }

  /**
   * How long {@link FeedbackClient#close()} waits for what was already submitted, and how long a
   * JVM that exits waits for asynchronous calls ({@link #waitAtExit()}); 10 s by default.
   */
  public Duration closeTimeout() {
    return values.closeTimeout;
  }

  /**
   * Whether a JVM that exits while asynchronous calls are pending waits for them, at most {@link
   * #closeTimeout()}; true by default. With nothing pending it exits at once.
   */
  public boolean waitAtExit() {
    return values.waitAtExit;
  }

  /** How often a call is retried at most; 2 by default. */
  public int maxRetries() {
    return values.maxRetries;
  }

  /**
   * The longest wait before the first retry, which doubles with each further retry; 300 ms by
   * default.
   */
  public Duration firstBackoff() {
    return values.firstBackoff;
  }

  /** The longest wait before any retry; 20 s by default. */
  public Duration maxBackoff() {
    return values.maxBackoff;
  }

  /**
   * How long all calls of a client pause at most because the provider asked for it with {@code
   * Retry-After}; 10 min by default. If the provider asked for longer, one call at a time then
   * checks whether it is available again. What it asked for is in {@link
   * RejectedFeedbackException#retryAfter()}.
   */
  public Duration maxPause() {
    return values.maxPause;
  }

  /**
   * Whether to retry a write that may have arrived and would then count twice; false by default.
   */
  public boolean repeatUncertain() {
    return values.repeatUncertain;
  }

  /**
   * Whether a refused list of a batch is split until the bad item is isolated, although a part of
   * the list may have been stored, which would then count twice; false by default. A list is always
   * split if the refusal proves that nothing of it was stored, or if arriving twice does no harm.
   */
  public boolean splitRefused() {
    return values.splitRefused;
  }

  /** How many calls a client sends at the same time at most; 16 by default. */
  public int concurrency() {
    return values.concurrency;
  }

  /**
   * How many single calls a client has in flight and queued at most; a call beyond that fails as
   * {@link UndeliveredFeedbackException.Reason#FULL}; 10,000 by default.
   */
  public int maxPending() {
    return values.maxPending;
  }

  /**
   * How many bytes the bodies of these calls have at most; a call beyond that fails as {@link
   * UndeliveredFeedbackException.Reason#FULL}; 32 MB by default. Each body takes about four times
   * as much of the heap. A call that is larger by itself is sent when no other is pending.
   */
  public long maxPendingBytes() {
    return values.maxPendingBytes;
  }

  /** Where futures complete; if empty, on the library's own daemon threads. */
  public Optional<Executor> callbackExecutor() {
    return Optional.ofNullable(values.callbackExecutor);
  }

  /**
   * The OkHttp client whose interceptors, proxy, TLS, DNS, event listeners and dispatcher are used;
   * each feedback client has connections of its own. The threads of its dispatcher are not daemons:
   * they keep the JVM running for up to a minute after the last call, unless its owner shuts the
   * dispatcher's executor down.
   */
  public Optional<OkHttpClient> httpClient() {
    return Optional.ofNullable(values.httpClient);
  }

  /**
   * Whether plain {@code http} may leave this machine; false by default. If not, a plain http
   * request may only go to a loopback address and through no proxy, whatever would send it
   * elsewhere: a proxy, {@code Dns} or interceptor of {@link #httpClient()}, or the JVM's proxy
   * settings. Otherwise it fails as {@link UndeliveredFeedbackException.Reason#UNTRUSTED} before
   * anything is sent.
   */
  public boolean allowPlainHttp() {
    return values.allowPlainHttp;
  }

  /** What is told of attempts, retries and outcomes; empty by default. */
  public Optional<FeedbackListener> listener() {
    return Optional.ofNullable(values.listener);
  }

  /** All values; for objects of the application's own, only whether they are set. */
  @Override
  public String toString() {
    return "ClientSettings{lossPolicy="
        + values.lossPolicy
        + ", connectTimeout="
        + values.connectTimeout
        + ", attemptTimeout="
        + values.attemptTimeout
        + ", totalTimeout="
        + values.totalTimeout
        + ", batchTimeout="
        + values.batchTimeout
        + ", closeTimeout="
        + values.closeTimeout
        + ", waitAtExit="
        + values.waitAtExit
        + ", maxRetries="
        + values.maxRetries
        + ", firstBackoff="
        + values.firstBackoff
        + ", maxBackoff="
        + values.maxBackoff
        + ", maxPause="
        + values.maxPause
        + ", repeatUncertain="
        + values.repeatUncertain
        + ", splitRefused="
        + values.splitRefused
        + ", concurrency="
        + values.concurrency
        + ", maxPending="
        + values.maxPending
        + ", maxPendingBytes="
        + values.maxPendingBytes
        + ", callbackExecutor="
        + (values.callbackExecutor == null ? "default" : "set")
        + ", httpClient="
        + (values.httpClient == null ? "default" : "set")
        + ", allowPlainHttp="
        + values.allowPlainHttp
        + ", listener="
        + (values.listener == null ? "none" : "set")
        + "}";
  }

  /** Collects settings; each is checked when it is set. Not thread-safe. */
  public static final class Builder {
    private LossPolicy lossPolicy = LossPolicy.ROUNDING;
    private Duration connectTimeout = Duration.ofSeconds(3);
    private Duration attemptTimeout = Duration.ofSeconds(10);
    private Duration totalTimeout = Duration.ofSeconds(30);
    private Duration batchTimeout = Duration.ofMinutes(10);
    private Duration closeTimeout = Duration.ofSeconds(10);
    private boolean waitAtExit = true;
    private int maxRetries = 2;
    private Duration firstBackoff = Duration.ofMillis(300);
    private Duration maxBackoff = Duration.ofSeconds(20);
    private Duration maxPause = Duration.ofMinutes(10);
    private boolean repeatUncertain;
    private boolean splitRefused;
    private int concurrency = 16;
    private int maxPending = 10_000;
    private long maxPendingBytes = 32L << 20;
    private @Nullable Executor callbackExecutor;
    private @Nullable OkHttpClient httpClient;
    private boolean allowPlainHttp;
    private @Nullable FeedbackListener listener;

    private Builder() {}

    private Builder(Builder from) {
      lossPolicy = from.lossPolicy;
      connectTimeout = from.connectTimeout;
      attemptTimeout = from.attemptTimeout;
      totalTimeout = from.totalTimeout;
      batchTimeout = from.batchTimeout;
      closeTimeout = from.closeTimeout;
      waitAtExit = from.waitAtExit;
      maxRetries = from.maxRetries;
      firstBackoff = from.firstBackoff;
      maxBackoff = from.maxBackoff;
      maxPause = from.maxPause;
      repeatUncertain = from.repeatUncertain;
      splitRefused = from.splitRefused;
      concurrency = from.concurrency;
      maxPending = from.maxPending;
      maxPendingBytes = from.maxPendingBytes;
      callbackExecutor = from.callbackExecutor;
      httpClient = from.httpClient;
      allowPlainHttp = from.allowPlainHttp;
      listener = from.listener;
    }

    /** Sets {@link ClientSettings#lossPolicy()}. */
    public Builder lossPolicy(LossPolicy lossPolicy) {
      this.lossPolicy = Objects.requireNonNull(lossPolicy, "lossPolicy must not be null");
      return this;
    }

    /** Sets {@link ClientSettings#connectTimeout()}; 1 ms to 1 h. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = bounded("connectTimeout", timeout);
      return this;
    }

    /** Sets {@link ClientSettings#attemptTimeout()}; 1 ms to 1 h. */
    public Builder attemptTimeout(Duration timeout) {
      attemptTimeout = bounded("attemptTimeout", timeout);
      return this;
    }

    /** Sets {@link ClientSettings#totalTimeout()}; 1 ms to 7 days. */
    public Builder totalTimeout(Duration timeout) {
      totalTimeout = bounded("totalTimeout", timeout, Duration.ofDays(7));
      return this;
    }

    /** Sets {@link ClientSettings#batchTimeout()}; 1 ms to 7 days. */
    public Builder batchTimeout(Duration timeout) {
      batchTimeout = bounded("batchTimeout", timeout, Duration.ofDays(7));
      return this;
    }

    /** Sets {@link ClientSettings#closeTimeout()}; 1 ms to 1 h. */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = bounded("closeTimeout", timeout);
      return this;
    }

    /** Sets {@link ClientSettings#waitAtExit()}. */
    public Builder waitAtExit(boolean wait) {
      waitAtExit = wait;
      return this;
    }

    /** Sets {@link ClientSettings#maxRetries()}; 0 to 20. */
    public Builder maxRetries(int retries) {
      maxRetries = bounded("maxRetries", retries, 0, 20);
      return this;
    }

    /** Sets {@link #firstBackoff} and {@link #maxBackoff}; 1 ms to 1 h each. */
    public Builder backoff(Duration first, Duration max) {
      bounded("firstBackoff", first);
      bounded("maxBackoff", max);
      if (first.compareTo(max) > 0) {
        throw new IllegalArgumentException(
            "firstBackoff must not exceed maxBackoff, but is " + first + " against " + max);
      }
      firstBackoff = first;
      maxBackoff = max;
      return this;
    }

    /** Sets {@link ClientSettings#maxPause()}; 1 ms to 24 h. */
    public Builder maxPause(Duration longest) {
      maxPause = bounded("maxPause", longest, Duration.ofHours(24));
      return this;
    }

    /** Sets {@link ClientSettings#repeatUncertain()}. */
    public Builder repeatUncertain(boolean repeat) {
      repeatUncertain = repeat;
      return this;
    }

    /** Sets {@link ClientSettings#splitRefused()}. */
    public Builder splitRefused(boolean split) {
      splitRefused = split;
      return this;
    }

    /** Sets {@link ClientSettings#concurrency()}; 1 to 1,000. */
    public Builder concurrency(int calls) {
      concurrency = bounded("concurrency", calls, 1, 1_000);
      return this;
    }

    /** Sets {@link ClientSettings#maxPending()}; 1 to 10,000,000. */
    public Builder maxPending(int calls) {
      maxPending = bounded("maxPending", calls, 1, 10_000_000);
      return this;
    }

    /** Sets {@link ClientSettings#maxPendingBytes()}; 1 to 1,000,000,000,000. */
    public Builder maxPendingBytes(long bytes) {
      if (bytes < 1 || bytes > 1_000_000_000_000L) {
        throw new IllegalArgumentException(
            "maxPendingBytes must be from 1 to 1000000000000, but is " + bytes);
      }
      maxPendingBytes = bytes;
      return this;
    }

    /** Sets {@link ClientSettings#callbackExecutor()}; the caller shuts it down. */
    public Builder callbackExecutor(Executor executor) {
      callbackExecutor = Objects.requireNonNull(executor, "callbackExecutor must not be null");
      return this;
    }

    /**
     * Sets {@link ClientSettings#httpClient()}; the caller shuts it down. Redirects are not
     * followed, and its timeouts are replaced by these settings.
     */
    public Builder httpClient(OkHttpClient client) {
      httpClient = Objects.requireNonNull(client, "httpClient must not be null");
      return this;
    }

    /**
     * Sets {@link ClientSettings#allowPlainHttp()}; keys and feedback are then sent unencrypted.
     */
    public Builder allowPlainHttp(boolean allow) {
      allowPlainHttp = allow;
      return this;
    }

    /**
     * Sets {@link ClientSettings#listener()}. Several clients may share one, which is then called
     * by several threads at once.
     */
    public Builder listener(FeedbackListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener must not be null");
      return this;
    }

    /** The settings. */
    public ClientSettings build() {
      return new ClientSettings(new Builder(this));
    }

    private static Duration bounded(String field, Duration value) {
      return bounded(field, value, Duration.ofHours(1));
    }

    private static Duration bounded(String field, Duration value, Duration max) {
      Objects.requireNonNull(value, () -> field + " must not be null");
      if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(max) > 0) {
        throw new IllegalArgumentException(
            field + " must be from 1 ms to " + max + ", but is " + value);
      }
      return value;
    }

    private static int bounded(String field, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            field + " must be from " + min + " to " + max + ", but is " + value);
      }
      return value;
    }
  }
}
