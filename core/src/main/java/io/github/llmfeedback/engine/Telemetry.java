package io.github.llmfeedback.engine;

import io.github.llmfeedback.AttemptEvent;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RetryEvent;
import io.github.llmfeedback.concurrent.EventQueue;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a client counts, and tells its listener if it has one. Thread-safe; nothing here waits or
 * throws.
 */
final class Telemetry {
  final String provider;
  final String host;
  private final Time time;
  private final @Nullable EventQueue<FeedbackListener> events;

  /** One sequence for all clients, which may share a listener. */
  private static final AtomicLong CALL_IDS = new AtomicLong();

  private final LongAdder submitted = new LongAdder();
  private final LongAdder accepted = new LongAdder();

  /** One for each kind, from the beginning on. */
  private final Map<FailureKind, LongAdder> failed = new EnumMap<>(FailureKind.class);

  private final LongAdder retries = new LongAdder();

  /** Not an adder, whose sum can be less than zero for a moment. */
  private final AtomicLong inFlight = new AtomicLong();

  Telemetry(ApiEndpoint endpoint, Time time, @Nullable EventQueue<FeedbackListener> events) {
    this.provider = endpoint.provider();
    this.host = endpoint.host();
    this.time = time;
    this.events = events;
    for (FailureKind kind : FailureKind.values()) {
      failed.put(kind, new LongAdder());
    }
  }

  /** Whether there is a listener. */
  boolean hasListener() {
    return events != null;
  }

  /**
   * Counts so many feedbacks as submitted, by one call of the client's methods.
   *
   * @param operation if it is {@link Operation#READ}, there is no feedback and no outcome
   */
  Given given(Operation operation, int feedbacks) {
    return given(operation, feedbacks, events == null ? 0 : CALL_IDS.incrementAndGet());
  }

  private Given given(Operation operation, int feedbacks, long callId) {
    long now = 0;
    try {
      submitted.add(feedbacks);
      now = events == null ? 0 : time.nanoTime();
    } catch (RuntimeException | Error e) {
      // Nobody waits for a number.
    }
    return new Given(operation, callId, now);
  }

  /**
   * What a client was given together, a feedback or several: each of them ends here once, accepted
   * or failed; its owner sees to that.
   */
  final class Given {
    private final Operation operation;

    /** 0 if nobody listens. */
    private final long callId;

    /** As {@link Time#nanoTime}; 0 if nobody listens. */
    private final long when;

    private Given(Operation operation, long callId, long when) {
      this.operation = operation;
      this.callId = callId;
      this.when = when;
    }

    /** Counts one more feedback as submitted by the same call. */
    Given oneMore() {
      return given(operation, 1, callId);
    }

    /** Where it is counted and told. */
    Telemetry telemetry() {
      return Telemetry.this;
    }

    Operation operation() {
      return operation;
    }

    /** As {@link OutcomeEvent#callId}. */
    long callId() {
      return callId;
    }

    /** One of them has its receipt. */
    void accepted(Receipt receipt) {
      try {
        accepted.increment();
        if (events != null) {
          // Without the state, which may hold what the person wrote: Humanloop's issues, for one.
          Receipt shown =
              receipt.state().isEmpty() ? receipt : receipt.newBuilder().state(Map.of()).build();
          tell(OutcomeEvent.accepted(provider, host, operation, shown), events);
        }
      } catch (RuntimeException | Error e) {
        // No memory; the caller gets the receipt all the same.
      }
    }

    /** One of them has its error. */
    void failed(Throwable error) {
      try {
        Objects.requireNonNull(failed.get(FailureKind.of(error))).increment();
        if (events != null) {
          Throwable shown = error instanceof FeedbackException ? error : ForeignException.of(error);
          tell(OutcomeEvent.failed(provider, host, operation, shown), events);
        }
      } catch (RuntimeException | Error e) {
        // No memory; the caller gets the error all the same.
      }
    }

    private void tell(OutcomeEvent.Builder event, EventQueue<FeedbackListener> listening) {
      Duration took = since(when);
      OutcomeEvent outcome = event.callId(callId).time(ago(took), took).build();
      listening.add(listener -> listener.onOutcome(outcome));
      listening.deliver();
    }
  }

  /** So many feedbacks go on the wire, or leave it if the number is negative. */
  void inFlight(int more) {
    if (more != 0) {
      inFlight.addAndGet(more);
    }
  }

  /** An attempt that began at this time is over; the event is delivered later. */
  void attempt(AttemptEvent.Builder event, long began) {
    if (events != null) {
      Duration took = since(began);
      AttemptEvent attempt = event.time(ago(took), took).build();
      events.add(listener -> listener.onAttempt(attempt));
    }
  }

  void countRetry() {
    retries.increment();
  }

  /** A retry is planned; the event is delivered later. */
  void retry(RetryEvent retry) {
    if (events != null) {
      events.add(listener -> listener.onRetry(retry));
    }
  }

  private Duration since(long then) {
    return Duration.ofNanos(time.nanoTime() - then);
  }

  private Instant ago(Duration past) {
    return time.now().minus(past);
  }

  /** Lets the listener be told what it was not told yet. */
  void deliver() {
    if (events != null) {
      events.deliver();
    }
  }

  /** Whether the listener has not handled all events. */
  boolean isBusy() {
    return events != null && events.isBusy();
  }

  /** Waits until the listener has handled all events so far. */
  void close(Duration limit) {
    if (events != null) {
      events.close(limit);
    }
  }

  /**
   * The numbers now. Read in the opposite order of a feedback's way, so that none is counted as
   * ended, or in flight, that is not counted as submitted.
   */
  ClientStats stats(RateLimitPause pause) {
    ClientStats.Builder stats = ClientStats.builder();
    long ended = accepted.sum();
    stats.accepted(ended);
    for (Map.Entry<FailureKind, LongAdder> each : failed.entrySet()) {
      long times = each.getValue().sum();
      stats.failed(each.getKey(), times);
      ended += times;
    }
    long onWire = Math.max(0, inFlight.get()); // never less, but a number must not throw
    long open = submitted.sum() - ended;
    Duration left = pause.left();
    return stats
        .inFlight(onWire)
        .queued(Math.max(0, open - onWire))
        .pausedUntil(left.toNanos() > 0 ? time.now().plus(left) : null)
        .retries(retries.sum())
        .droppedEvents(events == null ? 0 : events.dropped())
        .build();
  }
}
