package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call: it waits for its lane and a permit, then makes attempts until one of them ends it. No
 * thread is held while it waits. All its state is under its lock; nothing else is called there.
 */
final class WireCall implements Callback {
  /** What a call carries. */
  enum Kind {
    /** One feedback that somebody may wait for: queue and pauses count against its deadline. */
    SINGLE,
    /** One feedback of a batch: its time begins when it gets its permit, and pauses stand still. */
    ITEM,
    /** Several feedbacks of a batch, timed as {@link #ITEM}. */
    CHUNK
  }

  private final Carrier carrier;
  private final WireRequest request;
  private final Kind kind;
  private final byte[] body;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private boolean ended;
  private boolean onWire;
  private boolean hasLane;
  private boolean hasPermit;
  private int attempts;
  private int retries;
  private long begun;
  private long deadline;
  private boolean uncertain;
  private Phase phase = new Phase();
  private @Nullable Call call;
  private Time.@Nullable Alarm alarm;
  private Time.@Nullable Alarm expiry;

  WireCall(Carrier carrier, WireRequest request, Kind kind) {
    this.carrier = carrier;
    this.request = request;
    this.kind = kind;
    this.body = WireJson.write(request.body());
    begun = carrier.time.nanoTime();
    deadline = begun + carrier.settings.totalTimeout().toNanos();
  }

  Kind kind() {
    return kind;
  }

  /** The body's bytes. */
  int size() {
    return body.length;
  }

  /** Completes once, normally. */
  CompletableFuture<Ending> ending() {
    return ending;
  }

  /** Takes its place in the lane, if it has one, then among the permits. */
  void queue() {
    request
        .spacing()
        .ifPresentOrElse(
            spacing -> carrier.lanes.enter(spacing.key(), this::takeLane),
            () -> carrier.permits.acquire(this::takePermit));
    lock.lock();
    try {
      if (kind == Kind.SINGLE && !hasPermit && !ended) {
        expiry =
            carrier.time.schedule(
                () -> stop(Reason.TIMEOUT, true), carrier.settings.totalTimeout());
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean takeLane() {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      hasLane = true;
    } finally {
      lock.unlock();
    }
    carrier.permits.acquire(this::takePermit);
    return true;
  }

  private boolean takePermit() {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      hasPermit = true;
      if (expiry != null) {
        expiry.cancel();
      }
      if (kind != Kind.SINGLE) {
        begun = carrier.time.nanoTime();
        deadline = begun + carrier.settings.totalTimeout().toNanos();
      }
    } finally {
      lock.unlock();
    }
    attempt();
    return true;
  }

  private void attempt() {
    Duration pause = carrier.pause.left();
    if (!pause.isZero() && !pause.isNegative()) {
      sitOut(pause);
      return;
    }
    Call next;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      attempts++;
      onWire = true;
      alarm = null;
      phase = new Phase();
      next = carrier.http.newCall(WireHttp.request(carrier.connection, request, body, phase));
      next.timeout().timeout(attemptNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
      call = next;
    } finally {
      lock.unlock();
    }
    next.enqueue(this);
  }

  private long attemptNanos() {
    long left = deadline - carrier.time.nanoTime();
    return Math.max(1_000_000, Math.min(left, carrier.settings.attemptTimeout().toNanos()));
  }

  private void sitOut(Duration pause) {
    if (kind == Kind.SINGLE && deadline - carrier.time.nanoTime() <= pause.toNanos()) {
      FeedbackException error =
          carrier.failures.paused(
              request, carrier.pause.status(), pause, attempts, elapsed(), uncertain);
      end(null, null, error);
      return;
    }
    if (kind != Kind.SINGLE) {
      lock.lock();
      try {
        deadline += pause.toNanos();
      } finally {
        lock.unlock();
      }
    }
    wake(this::attempt, pause);
  }

  @Override
  public void onResponse(Call call, Response response) {
    try (response) {
      Answer answer = WireHttp.answer(response, carrier.time.now());
      judge(answer, verdict(answer));
    } catch (InterruptedIOException e) {
      failed(call, e);
    } catch (RuntimeException | Error e) {
      failed(call, new IOException(e.getClass().getName(), e));
      if (e instanceof Error error) {
        throw error;
      }
    }
  }

  private Verdict verdict(Answer answer) {
    try {
      return carrier.verdicts.apply(answer);
    } catch (RuntimeException e) {
      carrier.log.warn("{} could not judge an answer", carrier.connection.provider(), e);
      return Verdict.of(Verdict.Kind.UNREADABLE);
    }
  }

  private void judge(Answer answer, Verdict verdict) {
    log(answer.status(), verdict.kind().name());
    leaveWire();
    switch (verdict.kind()) {
      case ACCEPTED -> {
        carrier.budget.succeeded();
        end(answer, verdict, null);
      }
      case REFUSED -> end(answer, verdict, error(answer, verdict));
      case BUSY -> retry(answer, verdict, error(answer, verdict));
      case UNCERTAIN -> repeat(answer, verdict, error(answer, verdict));
      case UNREADABLE -> {
        if (answer.isCut()) {
          repeat(answer, verdict, error(answer, verdict));
        } else {
          end(answer, verdict, error(answer, verdict));
        }
      }
    }
  }

  private FeedbackException error(Answer answer, Verdict verdict) {
    boolean maybe =
        switch (verdict.kind()) {
          case UNCERTAIN, UNREADABLE -> true;
          case BUSY -> answer.status() >= 500;
          default -> kind == Kind.CHUNK && Splitting.leavesDoubt(answer, verdict, carrier.settings);
        };
    lock.lock();
    try {
      boolean mayHaveArrived = maybe || uncertain;
      uncertain |= verdict.kind() == Verdict.Kind.UNCERTAIN || answer.isCut();
      return carrier.failures.answered(
          request, answer, verdict, attempts, elapsed(), mayHaveArrived);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onFailure(Call call, IOException e) {
    failed(call, e);
  }

  private void failed(Call call, IOException e) {
    boolean sent;
    Reason reason;
    FeedbackException error;
    lock.lock();
    try {
      sent = phase.started();
      uncertain |= sent;
      reason = Failures.reason(e, sent, call.isCanceled());
      error = carrier.failures.undelivered(request, reason, attempts, elapsed(), uncertain, e);
    } finally {
      lock.unlock();
    }
    log(0, sent ? "UNCERTAIN " + reason : "NEVER_SENT " + reason);
    leaveWire();
    if (reason == Reason.UNTRUSTED || reason == Reason.CANCELLED) {
      end(null, null, error);
    } else if (sent) {
      repeat(null, null, error);
    } else {
      retry(null, null, error);
    }
  }

  /** Tries again what may have arrived, if arriving twice does no harm or is wished for. */
  private void repeat(@Nullable Answer answer, @Nullable Verdict verdict, FeedbackException error) {
    if (request.isRepeatable() || carrier.settings.repeatUncertain()) {
      retry(answer, verdict, error);
    } else {
      end(answer, verdict, error);
    }
  }

  /** Tries again, unless retries, budget or time are used up. */
  private void retry(@Nullable Answer answer, @Nullable Verdict verdict, FeedbackException error) {
    Duration asked = answer == null ? null : answer.retryAfter().orElse(null);
    Duration wait = Backoff.before(retries, carrier.settings, carrier.time);
    if (asked != null && asked.compareTo(wait) > 0) {
      wait = asked;
    }
    boolean busy = verdict != null && verdict.kind() == Verdict.Kind.BUSY;
    if (busy && answer != null && asked != null) {
      carrier.pause.begin(answer.status(), wait);
    }
    boolean pausesBatch = busy && asked != null && kind != Kind.SINGLE;
    boolean again =
        !carrier.isClosed() && (pausesBatch || hasTimeFor(wait)) && mayRetry(pausesBatch);
    if (!again) {
      end(answer, verdict, error);
      return;
    }
    if (pausesBatch) {
      attempt(); // which sits the pause out
    } else {
      wake(this::attempt, wait);
    }
  }

  private boolean hasTimeFor(Duration wait) {
    lock.lock();
    try {
      return deadline - carrier.time.nanoTime() > wait.toNanos();
    } finally {
      lock.unlock();
    }
  }

  /** In a batch, an answer that says when to come back costs no retry: the batch bounds it. */
  private boolean mayRetry(boolean free) {
    lock.lock();
    try {
      if (free) {
        return true;
      }
      if (retries >= carrier.settings.maxRetries() || !carrier.budget.take()) {
        return false;
      }
      retries++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void wake(Runnable task, Duration wait) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      if (alarm != null) {
        alarm.cancel();
      }
      alarm = carrier.time.schedule(task, wait);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the call for a reason of the caller's; does nothing if it ended already.
   *
   * @param letWireFinish whether an attempt on the wire may finish
   */
  void stop(Reason reason, boolean letWireFinish) {
    FeedbackException error;
    Call onItsWay;
    lock.lock();
    try {
      if (ended || (onWire && letWireFinish)) {
        return;
      }
      onItsWay = onWire ? call : null;
      uncertain |= onWire && phase.abandon();
      error = carrier.failures.undelivered(request, reason, attempts, elapsed(), uncertain, null);
    } finally {
      lock.unlock();
    }
    if (onItsWay != null) {
      onItsWay.cancel();
    }
    end(null, null, error);
  }

  private void end(
      @Nullable Answer answer, @Nullable Verdict verdict, @Nullable FeedbackException error) {
    Ending result;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      if (alarm != null) {
        alarm.cancel();
      }
      if (expiry != null) {
        expiry.cancel();
      }
      result = new Ending(answer, verdict, error, attempts, elapsed());
    } finally {
      lock.unlock();
    }
    giveBack();
    if (error != null) {
      carrier.log.warn("gave up: {}", error.getMessage());
    }
    ending.complete(result);
    carrier.ended(this);
  }

  private void leaveWire() {
    lock.lock();
    try {
      onWire = false;
      call = null;
    } finally {
      lock.unlock();
    }
    giveBack();
  }

  /** Gives permit and lane back once the call has ended and nothing of it is on the wire. */
  private void giveBack() {
    boolean permit;
    boolean lane;
    lock.lock();
    try {
      if (!ended || onWire) {
        return;
      }
      permit = hasPermit;
      lane = hasLane;
      hasPermit = false;
      hasLane = false;
    } finally {
      lock.unlock();
    }
    if (permit) {
      carrier.permits.release();
    }
    if (lane) {
      request.spacing().ifPresent(s -> carrier.lanes.leave(s.key(), s.apart()));
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(carrier.time.nanoTime() - begun);
  }

  private void log(int status, String verdict) {
    if (carrier.log.isDebugEnabled()) {
      carrier.log.debug(
          "{} {} {}: {} {}, attempt {}, {} ms",
          carrier.connection.provider(),
          request.method(),
          carrier.connection.base().host(),
          status == 0 ? "no answer" : status,
          verdict,
          attempts,
          elapsed().toMillis());
    }
  }
}
