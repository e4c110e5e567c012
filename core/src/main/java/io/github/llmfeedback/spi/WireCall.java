package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
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
  private final Place place;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Patience patience;
  private boolean ended;
  private boolean hasAttempted;
  private Sent sent;
  private int notOver;
  private @Nullable Attempt attempt;
  private Time.@Nullable Alarm alarm;
  private boolean sleeping;
  private long ringsAt;

  /** A call that nobody waits for yet. */
  WireCall(Carrier carrier, WireRequest request, Kind kind) {
    this(carrier, request, kind, Sent.NOTHING);
  }

  /**
   * A call that nobody waits for yet.
   *
   * @param sent what was sent already of what it carries, by other calls
   */
  WireCall(Carrier carrier, WireRequest request, Kind kind, Sent sent) {
    this.carrier = carrier;
    this.request = request;
    this.kind = kind;
    this.sent = sent;
    body = WireJson.write(request.body());
    http = WireHttp.request(carrier.connection, request, body);
    place = new Place(carrier.lanes, carrier.permits, request, this::begin);
    patience = new Patience(carrier, request, kind != Kind.SINGLE);
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

  /** Takes part in what the client's closing waits for; returns whether it may. */
  boolean admit(PendingWork work) {
    PendingWork.Piece piece = work.admit();
    if (piece == null) {
      return false;
    }
    var unused = ending.whenComplete((end, bug) -> piece.end());
    return true;
  }

  /** Ends a wait of which a client that is closing will not see the end. */
  void endIfTooLate() {
    Ending result;
    lock.lock();
    try {
      if (ended || !sleeping || !carrier.isTooLong(Duration.ofNanos(ringsAt - now()))) {
        return;
      }
      result = end(null, null, undelivered(Reason.CLOSED));
    } finally {
      lock.unlock();
    }
    publish(result);
  }

  private long now() {
    return carrier.time.nanoTime();
  }

  void queue() {
    if (kind == Kind.SINGLE && !waits()) {
      stop(Reason.TIMEOUT, true);
    }
    place.queue();
  }

  /** Sets the alarm for a call that somebody waits for; answers whether there is a point in it. */
  private boolean waits() {
    lock.lock();
    try {
      if (!ended) {
        ring(() -> stop(Reason.TIMEOUT, true), carrier.settings.totalTimeout());
      }
      return !patience.isPausedTooLong();
    } finally {
      lock.unlock();
    }
  }

  private void begin() {
    if (kind != Kind.SINGLE) {
      lock.lock();
      try {
        patience.beginNow();
      } finally {
        lock.unlock();
      }
    }
    attempt();
  }

  private void attempt() {
    Attempt next = null;
    Ending result = null;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      if (patience.isPausedTooLong()) {
        result = end(null, null, outOfTime());
      } else if (carrier.isTooLong(patience.pause())) {
        result = end(null, null, undelivered(Reason.CLOSED));
      } else if (!patience.pause().isZero()) {
        sleep(patience.sitOut(patience.pause()));
      } else {
        hasAttempted = true;
        sent = sent.attempt(now());
        notOver++;
        next = new Attempt(sent.attempts(), carrier.http, http, this::read, this::over);
        attempt = next;
        ring(timeOutOf(next), patience.forAttempt());
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.begin();
    }
    publish(result);
  }

  private Tried read(Response response) throws IOException {
    Answer answer = WireHttp.answer(response, carrier.time.now());
    Verdict verdict = carrier.verdict(answer, request);
    if (kind == Kind.CHUNK) {
      Verdict said = Splitting.explained(answer, verdict, request, carrier.settings);
      return Tried.answered(answer, said, true);
    }
    return Tried.answered(answer, verdict.ofObjects(0, request.objects().size()), false);
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
    carrier.log(request, done, tried);
    publish(result);
  }

  /** Ends an attempt wherever it hangs; OkHttp tells later that it is over. */
  private Runnable timeOutOf(Attempt late) {
    return () -> {
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
      carrier.log(request, late, tried);
      publish(result);
    };
  }

  /** Ends the call, or sets the alarm for the next attempt. */
  private @Nullable Ending settle(Tried tried) {
    attempt = null;
    sent = sent.doubt(tried.leavesDoubt());
    if (tried.isAccepted()) {
      carrier.budget.succeeded();
      return end(tried.answer(), tried.verdict(), null);
    }
    Optional<Duration> wait = patience.after(tried);
    if (wait.isPresent()) {
      sleep(wait.get());
      return null;
    }
    FeedbackException error =
        carrier.failures.of(request, tried, sent.attempts(), elapsed(), sent.uncertain());
    return end(tried.answer(), tried.verdict(), error);
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
      sent = sent.doubt(onItsWay != null && onItsWay.abandon());
      boolean waited = reason == Reason.TIMEOUT && onItsWay == null;
      result = end(null, null, waited ? outOfTime() : undelivered(reason));
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

  private Ending end(
      @Nullable Answer answer, @Nullable Verdict verdict, @Nullable FeedbackException error) {
    ended = true;
    attempt = null;
    if (alarm != null) {
      alarm.cancel();
    }
    return new Ending(answer, verdict, error, sent, elapsed());
  }

  /** Makes room for others, then tells the ending, if there is one. */
  private void publish(@Nullable Ending result) {
    giveBack();
    if (result != null) {
      if (result.error() != null) {
        carrier.gaveUp(result.error());
        if (kind == Kind.SINGLE) {
          carrier.countIfClosed(result.error(), 1);
        }
      }
      carrier.makeRoom(this); // before anybody hears of it, who may submit the next
      ending.complete(result);
      carrier.ended(this);
    }
  }

  /** Leaves its place once it has ended and nothing of it is on the wire. */
  private void giveBack() {
    boolean wasOnTheWire;
    lock.lock();
    try {
      if (!ended || notOver > 0) {
        return;
      }
      wasOnTheWire = hasAttempted;
    } finally {
      lock.unlock();
    }
    place.leave(wasOnTheWire);
  }

  /** Waits for the next attempt. */
  private void sleep(Duration wait) {
    ring(this::attempt, wait);
    sleeping = true;
    ringsAt = now() + wait.toNanos();
  }

  /** Sets the one alarm of what the call waits for now. */
  private void ring(Runnable task, Duration wait) {
    if (alarm != null) {
      alarm.cancel();
    }
    sleeping = false;
    alarm = carrier.time.schedule(task, wait);
  }
}
