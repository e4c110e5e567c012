package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.concurrent.EventQueue;
import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.concurrent.KeyedQueue;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.http.Attempt;
import io.github.llmfeedback.engine.http.HttpSender;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one client's calls share, and the set of those that have not ended. Thread-safe. */
final class ClientCalls {
  /** How long close() waits for what follows from calls that it has ended. */
  private static final Duration COMPLETION_WAIT = Duration.ofSeconds(1);

  final ApiEndpoint endpoint;
  final ClientSettings settings;
  final Time time;
  final HttpSender sender;
  final RateLimitPause pause;
  final RetryBudget budget = new RetryBudget();
  final AsyncSemaphore permits;
  final KeyedQueue spacing;
  final Errors errors;

  /** The result of a call when there is no memory for a more precise one. */
  final CallResult lastResort;

  private final Logger log;
  private final BiFunction<ProviderResponse, WireRequest, Verdict> verdicts;
  private final Runnable whenClosed;
  private final GiveUpLog giveUps;
  private final Set<LossOf> warnedOf = ConcurrentHashMap.newKeySet();
  private final ExitHook exitHook;
  final PendingWork work;
  private final Set<Stoppable> open = ConcurrentHashMap.newKeySet();
  final InFlight inFlight;
  final Telemetry telemetry;

  /** Until when a client that is closing waits, as {@link Time#nanoTime}; null before. */
  private volatile @Nullable Long closesAt;

  /** Whether close() no longer waits. */
  private volatile boolean over;

  /** Whether close() has warned of what it did not wait for. */
  private volatile boolean isReported;

  /** How many feedbacks failed because close() did not wait longer. */
  private final AtomicLong closedOut = new AtomicLong();

  ClientCalls(
      ApiEndpoint endpoint,
      ClientSettings settings,
      BiFunction<ProviderResponse, WireRequest, Verdict> verdicts,
      Time time,
      Time exitTime,
      Executor listenerThreads,
      HttpSender sender,
      Runnable whenClosed) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.verdicts = verdicts;
    this.time = time;
    this.sender = sender;
    this.whenClosed = whenClosed;
    pause = new RateLimitPause(time, settings.maxPause());
    permits = new AsyncSemaphore(settings.concurrency());
    inFlight = new InFlight(settings.maxPending(), settings.maxPendingBytes());
    spacing = new KeyedQueue(time, endpoint.baseUrl());
    errors = new Errors(endpoint, sender);
    lastResort = lastResort(endpoint.provider());
    log = LoggerFactory.getLogger("io.github.llmfeedback." + endpoint.provider());
    giveUps = new GiveUpLog(time, this::warn);
    exitHook =
        new ExitHook(
            settings.waitAtExit(), settings.closeTimeout(), exitTime, () -> {}, this::warnOfExit);
    work = new PendingWork(exitHook);
    telemetry = telemetry(listenerThreads);
  }

  private Telemetry telemetry(Executor threads) {
    return new Telemetry(
        endpoint,
        time,
        settings
            .listener()
            .map(
                it ->
                    new EventQueue<FeedbackListener>(
                        it,
                        endpoint.provider(),
                        time,
                        threads,
                        exitHook,
                        this::warn,
                        ForeignException::of))
            .orElse(null));
  }

  private void warnOfExit(int pending) {
    int calls = telemetry.isBusy() ? pending - 1 : pending;
    if (calls > 0) {
      warn("the JVM exits while {} asynchronous calls are pending", calls);
    } else {
      warn("the JVM exits before {}'s listener has handled all events", endpoint.provider());
    }
  }

  private static CallResult lastResort(String provider) {
    Sent unknown = new Sent(1, null, true);
    FeedbackException error =
        UndeliveredFeedbackException.builder(provider, Reason.CONNECTION_LOST)
            .attempts(unknown.attempts())
            .mayHaveArrived(true)
            .message(
                provider
                    + " gave no answer: this process is out of memory; the feedback may have"
                    + " arrived")
            .build();
    return new CallResult(null, null, error, unknown, Duration.ZERO);
  }

  /** The failure of something whose end is unknown. */
  FeedbackException lost() {
    return Objects.requireNonNull(lastResort.error());
  }

  /**
   * Registers something that has begun, so that {@link #close} can end it.
   *
   * @param work a call, or an admitted batch, whose calls may begin after the client was closed
   */
  void begin(Stoppable work) {
    open.add(work);
    if (over) {
      work.stop(Reason.CLOSED); // close() may have stopped the others already
    }
  }

  /** Removes something that has ended, once its result was reported. */
  void ended(Stoppable work) {
    open.remove(work);
  }

  /** The dialect's verdict on the response to a request. */
  Verdict verdict(ProviderResponse response, WireRequest request) {
    try {
      return Objects.requireNonNull(verdicts.apply(response, request));
    } catch (RuntimeException e) { // its message may hold the server's text
      warn("{}'s dialect failed on a response: {}", endpoint.provider(), e.getClass());
      return Verdict.of(Verdict.Kind.UNREADABLE);
    }
  }

  void log(WireRequest request, Attempt attempt, AttemptResult result) {
    try {
      if (log.isDebugEnabled()) {
        log.debug(
            "{} {} {}: {}, attempt {}",
            endpoint.provider(),
            request.method(),
            endpoint.host(),
            result,
            attempt);
      }
    } catch (RuntimeException | Error e) {
      // As in warn().
    }
  }

  /** Logs a warning; a logger that throws, as on a full disk, must not keep a call from ending. */
  void warn(String format, @Nullable Object... arguments) {
    try {
      log.warn(format, arguments);
    } catch (RuntimeException | Error e) {
      // Nothing else can report it.
    }
  }

  /** Warns of a loss by policy: once for each part and kind, for feedback may come by thousands. */
  void lost(Loss loss) {
    try {
      if (warnedOf.add(new LossOf(loss.part(), loss.kind()))) {
        warn(
            "{} loses {} by policy; this is said once, every receipt lists its losses",
            endpoint.provider(),
            loss);
      } else if (log.isDebugEnabled()) {
        log.debug("{} loses {} by policy", endpoint.provider(), loss);
      }
    } catch (RuntimeException | Error e) {
      // As in warn().
    }
  }

  /** A kind of loss. */
  private record LossOf(Part part, Loss.Kind kind) {}

  /** Whether the client no longer admits calls. */
  boolean isClosed() {
    return work.isClosed();
  }

  /** Whether the client is closing, and a wait of this length would outlast its close(). */
  boolean outlastsClose(Duration wait) {
    Long limit = closesAt;
    return limit != null && wait.toNanos() >= limit - time.nanoTime();
  }

  /** A failure of something that never became a call. */
  FeedbackException unsent(Reason reason) {
    return unsent(reason, Sent.NOTHING);
  }

  /**
   * A failure of something that never became a call.
   *
   * @param sent what other calls have already sent of it
   */
  FeedbackException unsent(Reason reason, Sent sent) {
    Duration asked = pause.left();
    int attempts = sent.attempts();
    Duration elapsed = sent.elapsed(time.nanoTime());
    return reason == Reason.TIMEOUT && asked.toNanos() > 0
        ? errors.paused(null, pause.status(), asked, attempts, elapsed, sent.uncertain())
        : errors.undelivered(null, reason, attempts, elapsed, sent.uncertain(), null);
  }

  /** The failure of a feedback that was not accepted although its request was. */
  FeedbackException excepted(
      WireRequest request, ProviderResponse response, Verdict own, CallResult whole) {
    AttemptResult result = AttemptResult.responded(response, own, false);
    boolean uncertain = whole.sent().uncertain() || result.leavesDoubt();
    FeedbackException error =
        errors.of(request, result, whole.attempts(), whole.elapsed(), uncertain);
    gaveUp(error);
    return error;
  }

  /** Warns of a call that was given up, unless close() counts its feedback. */
  void gaveUp(FeedbackException error) {
    if (!isCounted(error)) {
      giveUps.gaveUp(String.valueOf(error.getMessage()));
    }
  }

  /**
   * Warns of what was refused before it became a call, whose future the caller may ignore. Its
   * message may quote the feedback, so only what was lost is logged, or the kind of the error.
   */
  void refused(Throwable error) {
    if (error instanceof UndeliveredFeedbackException own) {
      gaveUp(own);
    } else {
      boolean hasLosses =
          error instanceof UnrepresentableFeedbackException refusal && !refusal.losses().isEmpty();
      giveUps.gaveUp(
          endpoint.provider()
              + " was sent nothing: "
              + (hasLosses
                  ? ((UnrepresentableFeedbackException) error).losses()
                  : error.getClass().getSimpleName() + "; the future has its message"));
    }
  }

  /** Warns of a polling that an error in this process ended, whose future the caller may ignore. */
  void broke(Throwable error) {
    giveUps.gaveUp(
        endpoint.provider()
            + "'s polling was ended by "
            + error.getClass().getName()
            + "; the future has its message");
  }

  /** Counts what has no receipt because the client closed. */
  void countIfClosed(FeedbackException error, int feedbacks) {
    if (isCounted(error)) {
      closedOut.addAndGet(feedbacks);
    }
  }

  /** Whether the warning of {@link #close} counts it. */
  private boolean isCounted(FeedbackException error) {
    return over
        && !isReported
        && error instanceof UndeliveredFeedbackException undelivered
        && undelivered.reason() == Reason.CLOSED;
  }

  /**
   * Admits nothing new, waits for what was admitted, at most for {@link
   * ClientSettings#closeTimeout()}, ends what is left, and releases all resources.
   */
  void close(Runnable whenNothingMoreIsAdmitted) {
    if (!work.close()) {
      return;
    }
    whenNothingMoreIsAdmitted.run();
    long began = System.nanoTime(); // as the waits below, whatever the time of calls
    closesAt = time.nanoTime() + settings.closeTimeout().toNanos();
    open.forEach(Stoppable::endIfTooLate);
    boolean interrupted = false;
    try {
      if (!work.await(settings.closeTimeout())) {
        endRemaining();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      endRemaining();
    }
    giveUps.countNow();
    telemetry.close(interrupted ? Duration.ZERO : leftToClose(System.nanoTime() - began));
    exitHook.close();
    whenClosed.run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** How long close() may wait for the listener: as for futures, a second more than its time. */
  private Duration leftToClose(long passed) {
    Duration whole = settings.closeTimeout();
    Duration left = whole.plus(COMPLETION_WAIT).minusNanos(passed);
    return left.compareTo(whole) < 0 ? left : whole;
  }

  private void endRemaining() {
    over = true;
    open.forEach(each -> each.stop(Reason.CLOSED));
    try {
      work.await(COMPLETION_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    isReported = true;
    if (closedOut.get() > 0) {
      warn(
          "{} closes before {} feedbacks had a response; each failed as CLOSED",
          endpoint.provider(),
          closedOut.get());
    }
  }
}
