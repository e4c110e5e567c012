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
 * One call: admit, sit out the pause, attempt, judge, again or end. No thread is held while it
 * waits.
 *
 * <p>Its steps stand here in the order in which they run: {@link #start}, {@link #admitted}, {@link
 * #attempt}, {@link #over}, {@link #settle}, which begins again or comes to {@link #end}. All its
 * state is under its lock. A step {@linkplain #enter enters}, changes the state, and {@linkplain
 * #leave leaves}, which does outside the lock what the step decided. So whoever stops the call
 * finds it before or after a step, never within one.
 *
 * <p>Whatever a step throws, such as an {@link OutOfMemoryError}, the call ends and somebody hears
 * of it. So a step builds what it needs before it changes anything.
 */
final class Call implements Stoppable {
  /** What a call carries. */
  enum Kind {
    /** One feedback that somebody may wait for: queue and pauses count against its deadline. */
    SINGLE,
    /** One feedback of a batch: its time begins when it is admitted, and pauses do not count. */
    ITEM,
    /** Several feedbacks of a batch, timed as {@link #ITEM}. */
    CHUNK
  }

  private final ClientCalls calls;
  private final WireRequest request;
  private final Kind kind;
  private final OutgoingRequest outgoing;
  private final Admission admission;
  private final CompletableFuture<CallResult> ended = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final RetrySchedule schedule;
  private Sent sent;
  private boolean hasAttempted;

  /** How many attempts OkHttp has not let go of. */
  private int notOver;

  /** The attempt whose end the call awaits. */
  private @Nullable Attempt attempt;

  private Scheduler.@Nullable Alarm alarm;
  private boolean isWaiting;
  private long waitEnds;
  private boolean hasEnded;

  // What a step decided, until leave() does it.
  private @Nullable Attempt toBegin;
  private @Nullable Attempt toCancel;
  private @Nullable CallResult toTell;

  /** A call that nobody waits for yet. */
  Call(ClientCalls calls, WireRequest request) {
    this(calls, request, Kind.SINGLE, Sent.NOTHING, null);
  }

  /**
   * A call that nobody waits for yet.
   *
   * @param sent what was sent already of what it carries, by other calls
   * @param batchEnds when its batch ends, as {@link Time#nanoTime}; null for a single call
   */
  Call(ClientCalls calls, WireRequest request, Kind kind, Sent sent, @Nullable Long batchEnds) {
    this.calls = calls;
    this.request = request;
    this.kind = kind;
    this.sent = sent;
    outgoing = calls.sender.prepare(request);
    admission = new Admission(calls.spacing, calls.permits, request, this::admitted);
    schedule = new RetrySchedule(calls, request, batchEnds);
  }

  /** The body's bytes. */
  int size() {
    return outgoing.size();
  }

  /** Completes once, normally. */
  CompletableFuture<CallResult> ended() {
    return ended;
  }

  /** Starts the call; whatever happens, it ends. */
  void start() {
    calls.begin(this);
    if (kind == Kind.SINGLE) {
      if (!calls.inFlight.add(outgoing.size())) {
        stop(Reason.FULL);
      } else if (!isTakenOn()) {
        stop(Reason.CLOSED);
      } else {
        beginTimeout();
      }
    }
    admission.queue();
  }

  /** Has the client's closing wait for this call; returns whether it does. */
  private boolean isTakenOn() {
    PendingWork.Piece piece = calls.work.admit();
    if (piece == null) {
      return false;
    }
    var unused = ended.whenComplete((end, bug) -> piece.end());
    return true;
  }

  /** The time of a call that somebody waits for begins before it is admitted. */
  private void beginTimeout() {
    enter();
    try {
      if (!hasEnded) {
        setAlarm(() -> stop(Reason.TIMEOUT, true), calls.settings.totalTimeout());
        if (schedule.isTooLong(schedule.pause())) {
          end(null, null, outOfTime());
        }
      }
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  private void admitted() {
    attempt(kind != Kind.SINGLE);
  }

  /**
   * Makes an attempt, or sits a pause out first.
   *
   * @param isBeginning whether the call's time begins now
   */
  private void attempt(boolean isBeginning) {
    enter();
    try {
      if (hasEnded) {
        return;
      }
      if (isBeginning) {
        schedule.beginNow();
      }
      Duration pause = schedule.pauseBefore(this);
      if (schedule.isTooLong(pause)) {
        end(null, null, outOfTime());
      } else if (calls.isTooLong(pause)) {
        end(null, null, undelivered(Reason.CLOSED));
      } else if (!pause.isZero()) {
        waitFor(schedule.sitOut(pause));
      } else {
        Sent more = sent.attempt(now());
        Attempt next = calls.sender.attempt(more.attempts(), outgoing, this::over);
        setAlarm(timeOutOf(next), schedule.forAttempt());
        hasAttempted = true;
        sent = more;
        notOver++;
        attempt = next;
        toBegin = next;
      }
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  /** An attempt is over, and OkHttp has let go of it. */
  private void over(Attempt done, Exchange exchange) {
    settle(done, judge(exchange), true);
  }

  /** An attempt takes too long: it ends wherever it hangs, and OkHttp lets go of it later. */
  private Runnable timeOutOf(Attempt late) {
    return () -> {
      boolean sent = late.abandon();
      settle(late, sent ? AttemptResult.SENT_AND_TIMED_OUT : AttemptResult.TIMED_OUT, false);
    };
  }

  /** What an attempt means for the call. */
  private AttemptResult judge(Exchange exchange) {
    ProviderResponse response = exchange.response();
    if (response == null) {
      return AttemptResult.failed(exchange);
    }
    try {
      Verdict verdict = calls.verdict(response, request);
      if (kind == Kind.CHUNK) {
        Verdict said = Splitting.explained(response, verdict, request, calls.settings);
        return AttemptResult.answered(response, said, true);
      }
      return AttemptResult.answered(
          response, verdict.ofObjects(0, request.objects().size()), false);
    } catch (RuntimeException | Error bug) { // no memory
      return AttemptResult.LOST;
    }
  }

  /**
   * Ends the call, or waits for the next attempt.
   *
   * @param isOver whether OkHttp has let go of the attempt, which may have timed out before
   */
  private void settle(Attempt done, AttemptResult result, boolean isOver) {
    calls.log(request, done, result);
    enter();
    try {
      notOver -= isOver ? 1 : 0;
      if (attempt == done) {
        toCancel = isOver ? null : done;
        endOrWait(result);
      }
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  private void endOrWait(AttemptResult result) {
    Sent now = sent.doubt(result.leavesDoubt());
    if (result.isAccepted()) {
      calls.pause.ended(this, true);
      calls.budget.succeeded();
      end(result.response(), result.verdict(), null, now);
      return;
    }
    Optional<Duration> wait = schedule.after(result);
    calls.pause.ended(this, result.isFromProvider());
    if (wait.isPresent()) {
      waitFor(wait.get());
      sent = now;
      attempt = null;
      return;
    }
    FeedbackException error =
        calls.errors.of(request, result, now.attempts(), now.elapsed(now()), now.uncertain());
    end(result.response(), result.verdict(), error, now);
  }

  @Override
  public void stop(Reason reason) {
    stop(reason, false);
  }

  /**
   * Ends the call for a reason of the caller's; does nothing if it has ended.
   *
   * @param letWireFinish whether an attempt on the wire may finish
   */
  void stop(Reason reason, boolean letWireFinish) {
    enter();
    try {
      Attempt onItsWay = attempt;
      if (hasEnded || (onItsWay != null && letWireFinish)) {
        return;
      }
      sent = sent.doubt(onItsWay != null && onItsWay.abandon());
      toCancel = onItsWay;
      boolean waited = reason == Reason.TIMEOUT && onItsWay == null;
      end(null, null, waited ? outOfTime() : undelivered(reason));
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  @Override
  public void endIfTooLate() {
    enter();
    try {
      if (!hasEnded && isWaiting && calls.isTooLong(Duration.ofNanos(waitEnds - now()))) {
        end(null, null, undelivered(Reason.CLOSED));
      }
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  /** The time ran out in a wait, perhaps one that the provider asked for. */
  private FeedbackException outOfTime() {
    Duration pause = schedule.pause();
    return pause.isZero()
        ? undelivered(Reason.TIMEOUT)
        : calls.errors.paused(
            request, calls.pause.status(), pause, sent.attempts(), elapsed(), sent.uncertain());
  }

  private FeedbackException undelivered(Reason reason) {
    return calls.errors.undelivered(
        request, reason, sent.attempts(), elapsed(), sent.uncertain(), null);
  }

  private Duration elapsed() {
    return sent.elapsed(now());
  }

  private long now() {
    return calls.time.nanoTime();
  }

  private void end(
      @Nullable ProviderResponse response,
      @Nullable Verdict verdict,
      @Nullable FeedbackException error) {
    end(response, verdict, error, sent);
  }

  private void end(
      @Nullable ProviderResponse response,
      @Nullable Verdict verdict,
      @Nullable FeedbackException error,
      Sent now) {
    toTell = new CallResult(response, verdict, error, now, now.elapsed(now()));
    hasEnded = true;
    sent = now;
    attempt = null;
    calls.pause.ended(this, false);
    cancelAlarm();
  }

  /** Ends the call with the smallest failure that can be told. */
  private void endBroken(Throwable bug) {
    if (hasEnded) {
      return;
    }
    toCancel = attempt;
    try {
      Sent unsure = sent.doubt(hasAttempted);
      Duration elapsed = elapsed();
      toTell =
          new CallResult(
              null, null, calls.errors.broken(request, bug, unsure, elapsed), unsure, elapsed);
    } catch (RuntimeException | Error again) {
      toTell = calls.lastResort;
    }
    hasEnded = true;
    attempt = null;
    cancelAlarm();
  }

  private void enter() {
    Surely.lock(lock);
  }

  /** Ends a step, and does what it decided: makes room for other calls first, then tells. */
  private void leave() {
    Attempt next = toBegin;
    Attempt late = toCancel;
    CallResult result = toTell;
    boolean makesRoom = hasEnded && notOver == 0;
    boolean wasOnTheWire = hasAttempted;
    toBegin = null;
    toCancel = null;
    toTell = null;
    lock.unlock();
    if (next != null) {
      next.begin();
    }
    try {
      if (late != null) {
        late.giveUp();
      }
      if (makesRoom) {
        admission.leave(wasOnTheWire);
      }
    } catch (RuntimeException | Error e) {
      calls.warn("a call could not make room for the next: {}", e.getClass());
    }
    if (result != null) {
      tell(result);
    }
  }

  private void tell(CallResult result) {
    FeedbackException error = result.error();
    try {
      if (error != null) {
        calls.gaveUp(error);
        if (kind == Kind.SINGLE) {
          calls.countIfClosed(error, 1);
        }
      }
    } catch (RuntimeException | Error e) {
      // The caller hears of it all the same.
    }
    if (kind == Kind.SINGLE) { // before anybody hears of it, who may submit the next
      calls.inFlight.remove(outgoing.size());
    }
    ended.complete(result);
    calls.ended(this);
  }

  /** Waits for the next attempt. */
  private void waitFor(Duration wait) {
    setAlarm(() -> attempt(false), wait);
    isWaiting = true;
    waitEnds = now() + wait.toNanos();
  }

  /** Sets the one alarm of what the call waits for now. */
  private void setAlarm(Runnable task, Duration wait) {
    Scheduler.Alarm next = calls.time.schedule(task, wait);
    cancelAlarm();
    isWaiting = false;
    alarm = next;
  }

  private void cancelAlarm() {
    if (alarm != null) {
      try {
        alarm.cancel();
      } catch (RuntimeException | Error e) {
        // It goes off, and finds the call ended.
      }
    }
  }
}
