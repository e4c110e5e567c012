package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One call: it waits for its lane and a permit, then makes attempts until one of them ends it. No
 * thread is held while it waits.
 *
 * <p>All its state is under its lock, and each step takes the lock once, so that whoever stops the
 * call finds it before or after the step and tells the truth. Under the lock only its own alarm,
 * the client's pause and its budget are touched.
 */
final class WireCall {
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
  private final Request http;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private boolean ended;
  private boolean hasLane;
  private boolean hasPermit;
  private int attempts;
  private int notOver;
  private int retries;
  private long begun;
  private long deadline;
  private boolean uncertain;
  private @Nullable Attempt attempt;
  private Time.@Nullable Alarm alarm;

  /** A call that nobody waits for yet. */
  WireCall(Carrier carrier, WireRequest request, Kind kind) {
    this(carrier, request, kind, false);
  }

  /**
   * A call that nobody waits for yet.
   *
   * @param uncertain whether what it carries may have arrived already, by another call
   */
  WireCall(Carrier carrier, WireRequest request, Kind kind, boolean uncertain) {
    this.carrier = carrier;
    this.request = request;
    this.kind = kind;
    this.uncertain = uncertain;
    body = WireJson.write(request.body());
    http = WireHttp.request(carrier.connection, request, body);
    startClock();
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
    if (kind == Kind.SINGLE) {
      lock.lock();
      try {
        if (!ended) {
          ring(this::expire, carrier.settings.totalTimeout());
        }
      } finally {
        lock.unlock();
      }
      endIfPausedTooLong();
    }
    request
        .spacing()
        .ifPresentOrElse(
            spacing -> carrier.lanes.enter(spacing.key(), this::takeLane),
            () -> carrier.permits.acquire(this::takePermit));
  }

  private void expire() {
    endIfPausedTooLong(); // which says more than a mere timeout
    stop(Reason.TIMEOUT, true);
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
      if (kind != Kind.SINGLE) {
        startClock();
      }
    } finally {
      lock.unlock();
    }
    attempt();
    return true;
  }

  private void attempt() {
    if (endIfPausedTooLong()) {
      return;
    }
    Attempt next;
    lock.lock();
    try {
      Duration pause = carrier.pause.left();
      if (ended) {
        return;
      } else if (pause.compareTo(Duration.ZERO) > 0) {
        sitOut(pause);
        return;
      }
      attempts++;
      notOver++;
      next = new Attempt(attempts, carrier.http, http, this::read, this::over);
      attempt = next;
      ring(() -> timeOut(next), atMost(carrier.settings.attemptTimeout()));
    } finally {
      lock.unlock();
    }
    next.begin();
  }

  private void sitOut(Duration pause) {
    if (kind != Kind.SINGLE) {
      deadline += pause.toNanos();
    }
    ring(this::attempt, pause);
  }

  private Tried read(Response response) throws IOException {
    Answer answer = WireHttp.answer(response, carrier.time.now());
    return Tried.answered(answer, verdict(answer), kind == Kind.CHUNK, carrier.settings);
  }

  private Verdict verdict(Answer answer) {
    try {
      return Objects.requireNonNull(carrier.verdicts.apply(answer));
    } catch (RuntimeException e) { // its message may hold the server's words
      carrier.log.warn(
          "{} could not judge an answer: {}", carrier.connection.provider(), e.getClass());
      return Verdict.of(Verdict.Kind.UNREADABLE);
    }
  }

  /** An attempt used its time up, wherever it hangs; OkHttp tells later that it is over. */
  private void timeOut(Attempt late) {
    Tried tried;
    Ending result;
    lock.lock();
    try {
      if (attempt != late) {
        return;
      }
      tried = Tried.failed(Reason.TIMEOUT, late.abandon(), null);
      result = settle(tried);
    } finally {
      lock.unlock();
    }
    late.cancel();
    log(late, tried);
    publish(result);
  }

  private void over(Attempt done, Tried tried) {
    Ending result = null;
    lock.lock();
    try {
      notOver--;
      if (attempt == done) {
        result = settle(tried);
      }
    } finally {
      lock.unlock();
    }
    log(done, tried);
    publish(result);
  }

  /** Ends the call or waits for the next attempt. */
  private @Nullable Ending settle(Tried tried) {
    attempt = null;
    uncertain |= tried.leavesDoubt();
    if (tried.isAccepted()) {
      carrier.budget.succeeded();
      return end(tried.answer(), tried.verdict(), null);
    }
    FeedbackException error = carrier.failures.of(request, tried, attempts, elapsed(), uncertain);
    Duration wait = Backoff.before(retries, tried.askedWait(), carrier.settings, carrier.time);
    if (tried.asksForPause()) {
      carrier.pause.begin(Objects.requireNonNull(tried.answer()).status(), wait);
    }
    if (carrier.isClosed() || !tried.isWorthRepeating(request, carrier.settings)) {
      return end(tried.answer(), tried.verdict(), error);
    }
    if (tried.asksForPause() && kind != Kind.SINGLE) {
      sitOut(wait); // costs no retry: the batch bounds it
    } else if (retries < carrier.settings.maxRetries()
        && left().compareTo(wait) > 0
        && carrier.budget.take()) {
      retries++;
      ring(this::attempt, wait);
    } else {
      return end(tried.answer(), tried.verdict(), error);
    }
    return null;
  }

  /** A call that somebody waits for does not sit a pause out that is longer than its time. */
  private boolean endIfPausedTooLong() {
    Ending result;
    lock.lock();
    try {
      Duration pause = carrier.pause.left();
      if (ended
          || kind != Kind.SINGLE
          || pause.compareTo(Duration.ZERO) <= 0
          || pause.compareTo(left()) < 0) {
        return ended;
      }
      int status = carrier.pause.status();
      result =
          end(
              null,
              null,
              carrier.failures.paused(request, status, pause, attempts, elapsed(), uncertain));
    } finally {
      lock.unlock();
    }
    publish(result);
    return true;
  }

  /**
   * Ends the call for a reason of the caller's; does nothing if it ended already.
   *
   * @param letWireFinish whether an attempt on the wire may finish
   */
  void stop(Reason reason, boolean letWireFinish) {
    Attempt onItsWay;
    Ending result;
    lock.lock();
    try {
      if (ended || (attempt != null && letWireFinish)) {
        return;
      }
      onItsWay = attempt;
      uncertain |= onItsWay != null && onItsWay.abandon();
      result =
          end(
              null,
              null,
              carrier.failures.undelivered(request, reason, attempts, elapsed(), uncertain, null));
    } finally {
      lock.unlock();
    }
    if (onItsWay != null) {
      onItsWay.cancel();
    }
    publish(result);
  }

  private Ending end(
      @Nullable Answer answer, @Nullable Verdict verdict, @Nullable FeedbackException error) {
    ended = true;
    attempt = null;
    if (alarm != null) {
      alarm.cancel();
    }
    return new Ending(answer, verdict, error, attempts, elapsed());
  }

  /** Makes room for others, then tells the ending, if there is one. */
  private void publish(@Nullable Ending result) {
    giveBack();
    if (result != null) {
      if (result.error() != null) {
        carrier.log.warn("gave up: {}", result.error().getMessage());
      }
      carrier.makeRoom(this); // before anybody hears of it, who may submit the next
      ending.complete(result);
      carrier.ended(this);
    }
  }

  /** Gives permit and lane back once the call has ended and nothing of it is on the wire. */
  private void giveBack() {
    boolean permit;
    boolean lane;
    boolean sent;
    lock.lock();
    try {
      if (!ended || notOver > 0) {
        return;
      }
      permit = hasPermit;
      lane = hasLane;
      sent = attempts > 0;
      hasPermit = false;
      hasLane = false;
    } finally {
      lock.unlock();
    }
    if (permit) {
      carrier.permits.release();
    }
    if (lane) {
      request
          .spacing()
          .ifPresent(s -> carrier.lanes.leave(s.key(), sent ? s.apart() : Duration.ZERO));
    }
  }

  private void startClock() {
    begun = carrier.time.nanoTime();
    deadline = begun + carrier.settings.totalTimeout().toNanos();
  }

  private Duration left() {
    return Duration.ofNanos(deadline - carrier.time.nanoTime());
  }

  /** What is left, but no more than {@code limit}. */
  private Duration atMost(Duration limit) {
    Duration left = left();
    return left.compareTo(limit) < 0 ? left : limit;
  }

  private Duration elapsed() {
    return Duration.ofNanos(carrier.time.nanoTime() - begun);
  }

  /** Sets the one alarm of what the call waits for now. */
  private void ring(Runnable task, Duration wait) {
    if (alarm != null) {
      alarm.cancel();
    }
    alarm = carrier.time.schedule(task, wait);
  }

  private void log(Attempt done, Tried tried) {
    if (carrier.log.isDebugEnabled()) {
      carrier.log.debug(
          "{} {} {}: {}, attempt {}, {} ms",
          carrier.connection.provider(),
          request.method(),
          carrier.connection.base().host(),
          tried,
          done.number(),
          elapsed().toMillis());
    }
  }
}
