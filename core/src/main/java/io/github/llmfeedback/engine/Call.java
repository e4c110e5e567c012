package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.BlockedThreads;
import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call: admission, waiting out a pause, attempt, verdict, then a retry or the end. It holds no
 * thread while it waits.
 *
 * <p>The steps are declared in the order in which they run: {@link #start}, {@link #admitted},
 * {@link #attempt}, {@link #over}, {@link #judge}, {@link #settle}, {@link #endOrWait}, which waits
 * for the next attempt or calls {@link #end}. All state is guarded by the lock. A step {@linkplain
 * #enter enters}, changes the state, and {@linkplain #leave leaves}, which does outside the lock
 * what the step decided. So whoever stops the call finds it before or after a step, never in the
 * middle of one.
 *
 * <p>Whatever a step throws, such as an {@link OutOfMemoryError}, the call ends and reports a
 * result. So a step creates the objects it needs before it changes anything.
 */
final class Call implements Stoppable {
  private final ClientCalls calls;
  private final WireRequest request;
  private final CallSpec.Kind kind;
  private final OutgoingRequest outgoing;
  private final Admission admission;
  private final CallReports reports;
  private final Consumer<CallResult> whenEnded;
  private final CompletableFuture<CallResult> ended = new CompletableFuture<>();
  private @Nullable Caller caller;

  private final ReentrantLock lock = new ReentrantLock();
  private final RetrySchedule schedule;
  private Sent sent;
  private boolean hasAttempted;

  /** Whether the provider has accepted it, or may have stored it; known at the end. */
  private boolean mayBeStored;

  /** How many attempts still hold a thread or a connection of OkHttp's. */
  private int notOver;

  /** The attempt that the call waits for. */
  private @Nullable Attempt attempt;

  private final CallAlarm alarm;
  private boolean hasEnded;

  /** What the client's close() waits for. */
  private volatile PendingWork.@Nullable Piece admitted;

  /** Whether the client counts the call as in flight; set before anybody can end it. */
  private boolean isCounted;

  // What a step decided, for leave() to do.
  private @Nullable Attempt toBegin;
  private @Nullable Attempt toCancel;
  private @Nullable CallResult toReport;

  /** A call that has not started. */
  Call(ClientCalls calls, CallSpec spec) {
    this.calls = calls;
    request = spec.request();
    kind = spec.kind();
    reports = spec.reports();
    sent = spec.sent();
    whenEnded = spec.whenEnded();
    alarm = new CallAlarm(calls.time);
    outgoing = calls.sender.prepare(request);
    admission = new Admission(calls.spacing, calls.permits, request, this::admitted);
    schedule = new RetrySchedule(calls, request, spec.batchEnds());
  }

  /** The size of the body in bytes. */
  int size() {
    return outgoing.size();
  }

  /** Completes once, normally. */
  CompletableFuture<CallResult> ended() {
    return ended;
  }

  /** Starts the call, and makes its attempts on this thread until it ends. */
  void run(BlockedThreads callers) {
    Caller here = new Caller(ended, () -> stop(Reason.INTERRUPTED));
    caller = here;
    start();
    here.makeAttempts(callers);
  }

  /** Starts the call; whatever happens, it ends. */
  void start() {
    try {
      boolean hasRoom = kind.isOfBatch() || countIn();
      calls.begin(this); // from here on it can be stopped
      if (!hasRoom) {
        stop(Reason.FULL);
      } else if (!kind.isOfBatch() && !isAdmittedByClient()) {
        stop(Reason.CLOSED);
      }
      admission.queue();
      if (!kind.isOfBatch()) {
        beginTimeout();
      }
    } catch (RuntimeException | Error bug) {
      enter();
      endBroken(bug);
      leave();
    }
  }

  private boolean countIn() {
    isCounted = true;
    return calls.inFlight.add(outgoing.size());
  }

  /** Makes the client's close() wait for this call; returns false if the client is closed. */
  private boolean isAdmittedByClient() {
    PendingWork.Piece piece = calls.work.admit();
    if (piece == null) {
      return false;
    }
    admitted = piece;
    if (ended.isDone()) { // close() has ended the call meanwhile
      piece.end();
    }
    return true;
  }

  /** Starts the timeout of a single call that is not admitted at once. */
  private void beginTimeout() {
    enter();
    try {
      if (!hasEnded && !alarm.isSet()) {
        alarm.set(() -> stop(Reason.TIMEOUT, true), calls.settings.totalTimeout());
        if (schedule.outlastsCall(schedule.pause())) {
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
    attempt(kind.isOfBatch());
  }

  /**
   * Makes an attempt, or waits out a pause first.
   *
   * @param isBeginning whether the call's timeout begins now
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
      if (schedule.outlastsCall(pause)) {
        end(null, null, outOfTime());
      } else if (calls.outlastsClose(pause)) {
        end(null, null, undelivered(Reason.CLOSED));
      } else if (!pause.isZero()) {
        waitFor(schedule.waitOut(pause));
      } else {
        long now = now();
        Sent more = sent.attempt(now);
        Attempt next = calls.sender.attempt(more.attempts(), outgoing, this::over);
        alarm.set(onTimeout(next), schedule.forAttempt());
        reports.began(more.attempts(), now);
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

  /** An attempt is over, and OkHttp holds no thread and no connection for it. */
  private void over(Attempt done, Exchange exchange) {
    settle(done, judge(exchange), true);
  }

  /** Ends an attempt that takes too long; OkHttp releases its thread and connection later. */
  private Runnable onTimeout(Attempt slow) {
    return () -> {
      boolean sent = slow.abandon();
      settle(slow, sent ? AttemptResult.SENT_AND_TIMED_OUT : AttemptResult.TIMED_OUT, false);
    };
  }

  /** What the end of an attempt means for the call. */
  private AttemptResult judge(Exchange exchange) {
    ProviderResponse response = exchange.response();
    if (response == null) {
      return AttemptResult.failed(exchange);
    }
    try {
      Verdict verdict = calls.verdict(response, request);
      if (kind == CallSpec.Kind.CHUNK) {
        Verdict explained = Splitting.explained(response, verdict, request, calls.settings);
        return AttemptResult.responded(response, explained, true);
      }
      return AttemptResult.responded(
          response, verdict.ofObjects(0, request.objects().size()), false);
    } catch (RuntimeException | Error bug) { // out of memory
      return AttemptResult.LOST;
    }
  }

  /**
   * Ends the call, or waits for the next attempt.
   *
   * @param isOver whether OkHttp has released the attempt, which may have timed out earlier
   */
  private void settle(Attempt done, AttemptResult result, boolean isOver) {
    calls.log(request, done, result);
    enter();
    try {
      notOver -= isOver ? 1 : 0;
      if (attempt == done) {
        toCancel = isOver ? null : done;
        reports.ended(result);
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
    Optional<Duration> wait = schedule.decideRetry(result);
    calls.pause.ended(this, result.isFromProvider());
    if (wait.isPresent()) {
      waitFor(wait.get());
      reports.retries(result, now.attempts() + 1, wait.get());
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
   * Ends the call for a reason from outside it; does nothing if it has ended.
   *
   * @param letAttemptFinish whether an attempt in flight may finish
   */
  void stop(Reason reason, boolean letAttemptFinish) {
    enter();
    try {
      Attempt current = attempt;
      if (hasEnded || (current != null && letAttemptFinish)) {
        return;
      }
      sent = sent.doubt(current != null && current.abandon());
      toCancel = current;
      reports.stopped(reason);
      boolean wasWaiting = reason == Reason.TIMEOUT && current == null;
      end(null, null, wasWaiting ? outOfTime() : undelivered(reason));
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
      Duration left = alarm.left();
      if (!hasEnded && left != null && calls.outlastsClose(left)) {
        end(null, null, undelivered(Reason.CLOSED));
      }
    } catch (RuntimeException | Error bug) {
      endBroken(bug);
    } finally {
      leave();
    }
  }

  /** The time ran out during a wait, perhaps one that the provider asked for. */
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
    toReport = new CallResult(response, verdict, error, now, now.elapsed(now()));
    hasEnded = true;
    mayBeStored = error == null || now.uncertain();
    sent = now;
    attempt = null;
    calls.pause.ended(this, false);
    alarm.cancel();
  }

  /** Ends the call after an error, with a failure that needs little memory. */
  private void endBroken(Throwable bug) {
    if (hasEnded) {
      return;
    }
    toCancel = attempt;
    reports.stopped(Reason.CONNECTION_LOST);
    try {
      Sent unsure = sent.doubt(hasAttempted);
      Duration elapsed = elapsed();
      toReport =
          new CallResult(
              null, null, calls.errors.broken(request, bug, unsure, elapsed), unsure, elapsed);
    } catch (RuntimeException | Error again) {
      toReport = calls.lastResort;
    }
    hasEnded = true;
    mayBeStored = hasAttempted;
    attempt = null;
    alarm.cancel();
  }

  private void enter() {
    OutOfMemoryRetry.lock(lock);
  }

  /** Ends a step, and does what it decided: lets other calls proceed first, then reports. */
  private void leave() {
    Attempt next = toBegin;
    Attempt late = toCancel;
    CallResult result = toReport;
    boolean leavesAdmission = hasEnded && notOver == 0;
    boolean keepsApart = mayBeStored;
    toBegin = null;
    toCancel = null;
    toReport = null;
    lock.unlock();
    if (next != null && caller != null) {
      caller.take(next);
    } else if (next != null) {
      next.begin();
    }
    try {
      if (late != null) {
        late.giveUp();
      }
      if (leavesAdmission) {
        admission.leave(keepsApart);
      }
    } catch (RuntimeException | Error e) {
      calls.warn("a call could not let others proceed: {}", e.getClass());
    }
    if (result != null) {
      report(result);
    }
    calls.telemetry.deliver();
  }

  private void report(CallResult result) {
    FeedbackException error = result.error();
    try {
      if (error != null && kind != CallSpec.Kind.STEP) {
        calls.gaveUp(error);
        if (kind == CallSpec.Kind.SINGLE) {
          calls.countIfClosed(error, 1);
        }
      }
    } catch (RuntimeException | Error e) {
      // The caller still gets the result.
    }
    if (isCounted) { // before the caller gets the result, and may submit the next
      calls.inFlight.remove(outgoing.size());
    }
    try {
      whenEnded.accept(result);
    } catch (RuntimeException | Error e) {
      // As above.
    }
    ended.complete(result);
    calls.ended(this);
    PendingWork.Piece piece = admitted;
    if (piece != null) {
      piece.end();
    }
    if (caller != null) {
      caller.wake();
    }
  }

  /** Waits for the next attempt. */
  private void waitFor(Duration wait) {
    alarm.setToEndOf(wait, () -> attempt(false));
  }
}
