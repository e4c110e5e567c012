package io.github.llmfeedback.engine;

import io.github.llmfeedback.spi.WireRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call sends, and for whom.
 *
 * @param sent what other calls have already sent of its feedback
 * @param batchEnds when its batch ends, as {@link Time#nanoTime}; null if it is of none
 * @param whenEnded gets the result before anybody else does
 */
record CallSpec(
    WireRequest request,
    Kind kind,
    CallReports reports,
    Sent sent,
    @Nullable Long batchEnds,
    Consumer<CallResult> whenEnded) {
  /** What a call carries, which decides how it is timed. */
  enum Kind {
    /** One request that somebody may wait for: queue and pauses count against its deadline. */
    SINGLE,
    /** One request of a polling, timed as {@link #SINGLE}; the polling reports its own end. */
    STEP,
    /** One feedback of a batch: its time begins when it is admitted, and pauses do not count. */
    ITEM,
    /** Several feedbacks of a batch, timed as {@link #ITEM}. */
    CHUNK;

    boolean isOfBatch() {
      return this == ITEM || this == CHUNK;
    }
  }

  /** A request of its own. */
  static CallSpec single(
      Telemetry.Given given, WireRequest request, Consumer<CallResult> whenEnded) {
    CallReports reports = new CallReports(given, request, 1);
    return new CallSpec(request, Kind.SINGLE, reports, Sent.NOTHING, null, whenEnded);
  }

  /** One step of a polling. */
  static CallSpec step(Telemetry.Given given, WireRequest request) {
    CallReports reports = new CallReports(given, request, 1);
    return new CallSpec(request, Kind.STEP, reports, Sent.NOTHING, null, result -> {});
  }

  /** So many feedbacks of a batch. */
  static CallSpec ofBatch(
      Telemetry.Given given, WireRequest request, int feedbacks, Sent sent, long batchEnds) {
    Kind kind = feedbacks == 1 ? Kind.ITEM : Kind.CHUNK;
    CallReports reports = new CallReports(given, request, feedbacks);
    return new CallSpec(request, kind, reports, sent, batchEnds, result -> {});
  }
}
