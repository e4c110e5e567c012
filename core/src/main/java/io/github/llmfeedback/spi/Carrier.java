package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's way to its provider: what its wire calls share, and where they are counted. */
final class Carrier {
  final Connection connection;
  final ClientSettings settings;
  final Time time;
  final OkHttpClient http;
  final Pause pause;
  final RetryBudget budget = new RetryBudget();
  final Permits permits;
  final Lanes lanes;
  final Failures failures;

  private final Logger log;
  private final BiFunction<Answer, WireRequest, Verdict> verdicts;
  private final Runnable whenClosed;
  private final Set<WireCall> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger singles = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Completes when the client is closed and everybody heard of the end of every call. */
  private final CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();

  Carrier(
      Connection connection,
      ClientSettings settings,
      BiFunction<Answer, WireRequest, Verdict> verdicts,
      Time time,
      OkHttpClient http,
      Runnable whenClosed) {
    this.connection = connection;
    this.settings = settings;
    this.verdicts = verdicts;
    this.time = time;
    this.http = http;
    this.whenClosed = whenClosed;
    pause = new Pause(time);
    permits = new Permits(settings.concurrency());
    lanes = new Lanes(time);
    failures = new Failures(connection);
    log = LoggerFactory.getLogger("io.github.llmfeedback." + connection.provider());
  }

  /** Starts a call; it ends with an {@link Ending}, whatever happens. */
  WireCall start(WireCall call) {
    open.add(call);
    if (call.kind() == WireCall.Kind.SINGLE && singles.incrementAndGet() > settings.maxPending()) {
      call.stop(Reason.FULL, false);
    } else if (closed.get()) {
      call.stop(Reason.CLOSED, false);
    } else {
      call.queue();
      if (closed.get()) {
        call.stop(Reason.CLOSED, true); // close() may have looked before the call was open
      }
    }
    return call;
  }

  /** A call that ended is in nobody's way any more. */
  void makeRoom(WireCall call) {
    if (call.kind() == WireCall.Kind.SINGLE) {
      singles.decrementAndGet();
    }
  }

  /** Forgets a call of whose end everybody heard. */
  void ended(WireCall call) {
    open.remove(call);
    if (closed.get() && open.isEmpty()) {
      idle.complete(null);
    }
  }

  /** What the dialect thinks of the answer to a request. */
  Verdict verdict(Answer answer, WireRequest request) {
    try {
      return Objects.requireNonNull(verdicts.apply(answer, request));
    } catch (RuntimeException e) { // its message may hold the server's words
      warn("{} could not judge an answer: {}", connection.provider(), e.getClass());
      return Verdict.of(Verdict.Kind.UNREADABLE);
    }
  }

  void log(WireRequest request, Attempt attempt, Tried tried) {
    try {
      if (log.isDebugEnabled()) {
        log.debug(
            "{} {} {}: {}, attempt {}",
            connection.provider(),
            request.method(),
            connection.base().host(),
            tried,
            attempt);
      }
    } catch (RuntimeException | Error e) {
      // As in warn().
    }
  }

  /** Logs a warning; a logger that throws, as on a full disk, must not cost a call its end. */
  void warn(String format, @Nullable Object... arguments) {
    try {
      log.warn(format, arguments);
    } catch (RuntimeException | Error e) {
      // There is nobody left to tell.
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  /** A failure of something that never became a call. */
  FeedbackException unsent(Reason reason) {
    return unsent(reason, Sent.NOTHING);
  }

  /**
   * A failure of something that never became a call.
   *
   * @param sent what was sent of it by other calls
   */
  FeedbackException unsent(Reason reason, Sent sent) {
    Duration asked = pause.left();
    int attempts = sent.attempts();
    Duration elapsed = sent.elapsed(time.nanoTime());
    return reason == Reason.TIMEOUT && asked.toNanos() > 0
        ? failures.paused(null, pause.status(), asked, attempts, elapsed, sent.uncertain())
        : failures.undelivered(null, reason, attempts, elapsed, sent.uncertain(), null);
  }

  /** The failure of a feedback that an accepted request is not accepted for. */
  FeedbackException excepted(WireRequest request, Answer answer, Verdict own, Ending ending) {
    Tried tried = Tried.answered(answer, own, false);
    boolean uncertain = ending.sent().uncertain() || tried.leavesDoubt();
    FeedbackException error =
        failures.of(request, tried, ending.attempts(), ending.elapsed(), uncertain);
    warn("gave up: {}", error.getMessage());
    return error;
  }

  /** Ends what waits, lets what is on the wire finish in its time, then lets go of everything. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    open.forEach(call -> call.stop(Reason.CLOSED, true));
    if (open.isEmpty()) {
      idle.complete(null);
    }
    try {
      idle.get(settings.attemptTimeout().toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      warn("{} closes with calls still on the wire", connection.provider());
    }
    open.forEach(call -> call.stop(Reason.CLOSED, false));
    whenClosed.run();
  }
}
