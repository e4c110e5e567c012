package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.Surely;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.http.Attempt;
import io.github.llmfeedback.engine.http.Exchange;
import io.github.llmfeedback.engine.http.OutgoingRequest;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One call: it waits for its lane and a permit, then makes attempts until one of them ends it. No
 * thread is held while it waits.
 *
 * <p>All its state is under its lock, and each step takes the lock once, so that whoever stops the
 * call finds it before or after the step and tells the truth. Under the lock only its own alarm,
 * the client's pause and its budget are touched.
 *
 * <p>Whatever a step throws, such as an {@link OutOfMemoryError}, the call ends and somebody hears
 * of it. So a step builds what it needs before it changes anything.
 */
final class Call implements Stoppable {
  /** What a call carries. */
  enum Kind {
    /** One feedback that somebody may wait for: queue and pauses count against its deadline. */
    SINGLE,
    /** One feedback of a batch: its time begins when it gets its permit, and pauses stand still. */
    ITEM,
    /** Several feedbacks of a batch, timed as {@link #ITEM}. */
    CHUNK
  }

  private final ClientCalls carrier;
  private final WireRequest request;
  private final Kind kind;
  private final OutgoingRequest outgoing;
  private final Admission place;
  private final CompletableFuture<CallResult> ending = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final RetrySchedule patience;
  private boolean ended;
  private boolean hasAttempted;
  private Sent sent;
  private int notOver;
  private @Nullable Attempt attempt;

  /** An attempt that was not ended with its call. */
  private @Nullable Attempt leftBehind;

  private Scheduler.@Nullable Alarm alarm;
  private boolean sleeping;
  private long ringsAt;

  /** A call that nobody waits for yet. */
  Call(ClientCalls carrier, WireRequest request) {
    this(carrier, request, Kind.SINGLE, Sent.NOTHING, null);
  }

  /**
   * A call that nobody waits for yet.
   *
   * @param sent what was sent already of what it carries, by other calls
   * @param batchEnds when its batch ends, as {@link Time#nanoTime}; null for a single call
   */
  Call(ClientCalls carrier, WireRequest request, Kind kind, Sent sent, @Nullable Long batchEnds) {
    this.carrier = carrier;
    this.request = request;
    this.kind = kind;
    this.sent = sent;
    outgoing = carrier.sender.prepare(request);
    place = new Admission(carrier.lanes, carrier.permits, request, this::begin);
    patience = new RetrySchedule(carrier, request, batchEnds);
  }

  /** The body's bytes. */
  int size() {
    return outgoing.size();
  }

  /** Completes once, normally. */
  CompletableFuture<CallResult> ending() {
    return ending;
  }

  /** Starts the call; whatever happens, it ends. */
  void start() {
    carrier.begin(this);
    if (kind == Kind.SINGLE && !carrier.inFlight.add(outgoing.size())) {
      stop(Reason.FULL);
    } else if (kind == Kind.SINGLE && !isAdmitted()) {
      stop(Reason.CLOSED);
    } else {
      queue();
    }
  }

  /** Takes part in what the client's closing waits for; returns whether it may. */
  private boolean isAdmitted() {
    PendingWork.Piece piece = carrier.work.admit();
    if (piece == null) {
      return false;
    }
    var unused = ending.whenComplete((end, bug) -> piece.end());
    return true;
  }

  @Override
  public void endIfTooLate() {
    CallResult result;
    Surely.lock(lock);
    try {
      if (ended || !sleeping || !carrier.isTooLong(Duration.ofNanos(ringsAt - now()))) {
        return;
      }
      result = end(null, null, undelivered(Reason.CLOSED));
    } catch (RuntimeException | Error bug) {
      result = broken(bug);
    } finally {
      lock.unlock();
    }
    publish(result);
  }

  private long now() {
    return carrier.time.nanoTime();
  }

  private void queue() {
    if (kind == Kind.SINGLE && !waits()) {
      stop(Reason.TIMEOUT, true);
    }
    place.queue();
  }

  /** Sets the alarm for a call that somebody waits for; answers whether there is a point in it. */
  private boolean waits() {
    CallResult result = null;
    Surely.lock(lock);
    try {
      if (!ended) {
        ring(() -> stop(Reason.TIMEOUT, true), carrier.settings.totalTimeout());
      }
      if (patience.isTooLong(patience.pause())) {
        return false;
      }
    } catch (RuntimeException | Error bug) {
      result = broken(bug);
    } finally {
      lock.unlock();
    }
    publish(result);
    return true;
  }

  private void begin() {
    attempt(kind != Kind.SINGLE);
  }

  /**
   * Makes an attempt, or waits until it may.
   *
   * @param isBeginning whether the call's time begins now
   */
  private void attempt(boolean isBeginning) {
    Attempt next = null;
    CallResult result = null;
    Surely.lock(lock);
    try {
      if (ended) {
        return;
      }
      if (isBeginning) {
        patience.beginNow();
      }
      Duration pause = patience.pauseBefore(this);
      if (patience.isTooLong(pause)) {
        result = end(null, null, outOfTime());
      } else if (carrier.isTooLong(pause)) {
        result = end(null, null, undelivered(Reason.CLOSED));
      } else if (!pause.isZero()) {
        sleep(patience.sitOut(pause));
      } else {
        Sent more = sent.attempt(now());
        Attempt made = carrier.sender.attempt(more.attempts(), outgoing, this::over);
        ring(timeOutOf(made), patience.forAttempt());
        hasAttempted = true;
        sent = more;
        notOver++;
        attempt = made;
        next = made;
      }
    } catch (RuntimeException | Error bug) {
      result = broken(bug);
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.begin();
    }
    publish(result);
  }

  /** What an attempt means for the call. */
  private AttemptResult judge(Exchange exchange) {
    ProviderResponse response = exchange.response();
    if (response == null) {
      return AttemptResult.failed(exchange);
    }
    try {
      Verdict verdict = carrier.verdict(response, request);
      if (kind == Kind.CHUNK) {
        Verdict said = Splitting.explained(response, verdict, request, carrier.settings);
        return AttemptResult.answered(response, said, true);
      }
      return AttemptResult.answered(
          response, verdict.ofObjects(0, request.objects().size()), false);
    } catch (RuntimeException | Error bug) { // no memory
      return AttemptResult.LOST;
    }
  }

  private void over(Attempt done, Exchange exchange) {
    AttemptResult tried = judge(exchange);
    CallResult result = null;
    Surely.lock(lock);
    try {
      notOver--;
      if (attempt == done) {
        result = settle(tried);
      }
    } catch (RuntimeException | Error bug) {
      result = broken(bug);
    } finally {
      lock.unlock();
    }
    carrier.log(request, done, tried);
    publish(result);
  }

  /** Ends an attempt wherever it hangs; OkHttp tells later that it is over. */
  private Runnable timeOutOf(Attempt late) {
    return () -> {
      AttemptResult tried =
          late.abandon() ? AttemptResult.SENT_AND_TIMED_OUT : AttemptResult.TIMED_OUT;
      CallResult result;
      Surely.lock(lock);
      try {
        if (attempt != late) {
          return;
        }
        result = settle(tried);
      } catch (RuntimeException | Error bug) {
        result = broken(bug);
      } finally {
        lock.unlock();
      }
      late.cancel();
      carrier.log(request, late, tried);
      publish(result);
    };
  }

  /** Ends the call, or sets the alarm for the next attempt. */
  private @Nullable CallResult settle(AttemptResult tried) {
    Sent now = sent.doubt(tried.leavesDoubt());
    if (tried.isAccepted()) {
      carrier.pause.ended(this, true);
      carrier.budget.succeeded();
      return end(tried.answer(), tried.verdict(), null, now);
    }
    Optional<Duration> wait = patience.after(tried);
    carrier.pause.ended(this, tried.isFromProvider());
    if (wait.isPresent()) {
      sleep(wait.get());
      sent = now;
      attempt = null;
      return null;
    }
    FeedbackException error =
        carrier.failures.of(request, tried, now.attempts(), now.elapsed(now()), now.uncertain());
    return end(tried.answer(), tried.verdict(), error, now);
  }

  /** Ends the call with the smallest failure that can be told. */
  private @Nullable CallResult broken(Throwable bug) {
    if (ended) {
      return null;
    }
    Attempt onItsWay = attempt;
    CallResult result;
    try {
      Sent unsure = sent.doubt(hasAttempted);
      Duration elapsed = elapsed();
      result =
          new CallResult(
              null, null, carrier.failures.broken(request, bug, unsure, elapsed), unsure, elapsed);
    } catch (RuntimeException | Error again) {
      result = carrier.lastResort;
    }
    ended = true;
    attempt = null;
    leftBehind = onItsWay;
    cancelAlarm();
    return result;
  }

  @Override
  public void stop(Reason reason) {
    stop(reason, false);
  }

  /**
   * Ends the call for a reason of the caller's; does nothing if it ended already.
   *
   * @param letWireFinish whether an attempt on the wire may finish
   */
  void stop(Reason reason, boolean letWireFinish) {
    Attempt onItsWay;
    CallResult result;
    Surely.lock(lock);
    try {
      if (ended || (attempt != null && letWireFinish)) {
        return;
      }
      onItsWay = attempt;
      sent = sent.doubt(onItsWay != null && onItsWay.abandon());
      boolean waited = reason == Reason.TIMEOUT && onItsWay == null;
      result = end(null, null, waited ? outOfTime() : undelivered(reason));
    } catch (RuntimeException | Error bug) {
      onItsWay = null;
      result = broken(bug);
    } finally {
      lock.unlock();
    }
    if (onItsWay != null) {
      onItsWay.cancel();
    }
    publish(result);
  }

  /** The time ran out in a wait, maybe one that the provider asked for. */
  private FeedbackException outOfTime() {
    Duration pause = patience.pause();
    return pause.isZero()
        ? undelivered(Reason.TIMEOUT)
        : carrier.failures.paused(
            request, carrier.pause.status(), pause, sent.attempts(), elapsed(), sent.uncertain());
  }

  private FeedbackException undelivered(Reason reason) {
    return carrier.failures.undelivered(
        request, reason, sent.attempts(), elapsed(), sent.uncertain(), null);
  }

  private Duration elapsed() {
    return sent.elapsed(now());
  }

  private CallResult end(
      @Nullable ProviderResponse answer,
      @Nullable Verdict verdict,
      @Nullable FeedbackException error) {
    return end(answer, verdict, error, sent);
  }

  private CallResult end(
      @Nullable ProviderResponse answer,
      @Nullable Verdict verdict,
      @Nullable FeedbackException error,
      Sent now) {
    CallResult result = new CallResult(answer, verdict, error, now, now.elapsed(now()));
    sent = now;
    ended = true;
    attempt = null;
    carrier.pause.ended(this, false);
    cancelAlarm();
    return result;
  }

  private void cancelAlarm() {
    if (alarm != null) {
      try {
        alarm.cancel();
      } catch (RuntimeException | Error e) {
        // It rings, and finds the call ended.
      }
    }
  }

  /** Makes room for others, then tells the ending, if there is one. */
  private void publish(@Nullable CallResult result) {
    try {
      giveBack();
    } catch (RuntimeException | Error e) {
      carrier.warn("a call could not make room for the next: {}", e.getClass());
    }
    if (result == null) {
      return;
    }
    try {
      if (result.error() != null) {
        carrier.gaveUp(result.error());
        if (kind == Kind.SINGLE) {
          carrier.countIfClosed(result.error(), 1);
        }
      }
    } catch (RuntimeException | Error e) {
      // The caller hears of it all the same.
    }
    if (kind == Kind.SINGLE) {
      carrier.inFlight.remove(
          outgoing.size()); // before anybody hears of it, who may submit the next
    }
    ending.complete(result);
    carrier.ended(this);
  }

  /** Leaves its place once it has ended and nothing of it is on the wire. */
  private void giveBack() {
    Attempt late;
    boolean isOver;
    boolean wasOnTheWire;
    Surely.lock(lock);
    try {
      late = leftBehind;
      leftBehind = null;
      isOver = ended && notOver == 0;
      wasOnTheWire = hasAttempted;
    } finally {
      lock.unlock();
    }
    if (late != null) {
      late.giveUp();
    }
    if (isOver) {
      place.leave(wasOnTheWire);
    }
  }

  /** Waits for the next attempt. */
  private void sleep(Duration wait) {
    ring(() -> attempt(false), wait);
    sleeping = true;
    ringsAt = now() + wait.toNanos();
  }

  /** Sets the one alarm of what the call waits for now. */
  private void ring(Runnable task, Duration wait) {
    Scheduler.Alarm next = carrier.time.schedule(task, wait);
    cancelAlarm();
    sleeping = false;
    alarm = next;
  }
}
