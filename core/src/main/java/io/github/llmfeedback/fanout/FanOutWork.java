package io.github.llmfeedback.fanout;

import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.fanout.MemberCall.Result;
import io.github.llmfeedback.fanout.MemberCall.Stop;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one fan-out, one for each client: each ends by itself, at the timeout, or when the
 * caller is interrupted or cancels.
 *
 * @param <R> what the caller gets for each client
 */
final class FanOutWork<R> extends Work<Map<String, R>> {
  private final SharedThreads threads = SharedThreads.acquire();
  private final Duration timeout;
  private final int size;
  private final Set<Target> targets;
  private final Function<List<Result>, R> convert;
  private final Map<String, MemberCall<?>> calls = new LinkedHashMap<>();
  private CompletableFuture<Void> ended = new CompletableFuture<>();

  /**
   * Calls that each concern {@code size} feedbacks or receipts.
   *
   * @param targets the targets within which the order of calls matters
   * @param convert makes the caller's result from one result for each feedback or receipt
   */
  FanOutWork(Duration timeout, int size, Set<Target> targets, Function<List<Result>, R> convert) {
    this.timeout = timeout;
    this.size = size;
    this.targets = targets;
    this.convert = convert;
  }

  /**
   * Adds a client's call.
   *
   * @param read returns one result for each feedback or receipt, in order, from what the client
   *     gives
   */
  <C> void add(
      Member member,
      Supplier<CompletableFuture<C>> begin,
      Function<C, ? extends List<@Nullable Result>> read) {
    calls.put(member.name(), new MemberCall<>(member, threads, size, targets, begin, read));
  }

  @Override
  protected void begin() {
    Scheduler.Alarm alarm;
    try {
      alarm = threads.schedule(() -> threads.run(this::timeOut), timeout);
    } catch (RuntimeException | Error e) { // no memory
      threads.release();
      throw e;
    }
    ended =
        CompletableFuture.allOf(
                calls.values().stream()
                    .map(MemberCall::results)
                    .toArray(CompletableFuture<?>[]::new))
            .thenRun(
                () -> { // before the caller's callbacks, which may block
                  alarm.cancel();
                  threads.release();
                });
    calls.values().forEach(MemberCall::begin);
  }

  @Override
  protected CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  protected Map<String, R> result() {
    Map<String, R> results = new LinkedHashMap<>();
    calls.forEach((name, call) -> results.put(name, convert.apply(call.results().join())));
    return Collections.unmodifiableMap(results);
  }

  @Override
  protected void interrupt() {
    stop(new Stop(Reason.INTERRUPTED, "was interrupted", null));
  }

  @Override
  protected void cancel() {
    stop(new Stop(Reason.CANCELLED, "was cancelled", null));
  }

  private void timeOut() {
    stop(
        new Stop(
            Reason.TIMEOUT,
            "had not ended when the fan-out did",
            new TimeoutException("the fan-out's timeout was " + timeout)));
  }

  private void stop(Stop why) {
    calls.values().forEach(call -> call.stop(why));
  }
}
