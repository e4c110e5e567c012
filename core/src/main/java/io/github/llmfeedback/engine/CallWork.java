package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One single call, from encoding what it carries to reading the response. */
final class CallWork<T> extends EngineWork<T> {
  private final ClientCalls calls;
  private final Supplier<Prepared<T>> prepare;

  /** Why it was stopped before it began. */
  private volatile @Nullable Reason stopped;

  private volatile @Nullable Prepared<T> prepared;

  CallWork(Callbacks callbacks, ClientCalls calls, Supplier<Prepared<T>> prepare) {
    super(callbacks);
    this.calls = calls;
    this.prepare = prepare;
  }

  @Override
  protected void begin() {
    Reason reason = stopped;
    if (reason != null) {
      throw calls.unsent(reason);
    }
    Prepared<T> ready;
    try {
      ready = prepare.get();
    } catch (LinkageError e) { // while encoding: a call that has started throws nothing
      throw calls.errors.linkage(e);
    }
    prepared = ready;
    ready.call.start();
  }

  @Override
  public void stop(Reason reason) {
    Prepared<T> begun = prepared;
    if (begun == null) {
      stopped = reason;
    } else {
      begun.call.stop(reason);
    }
  }

  @Override
  protected CompletableFuture<CallResult> ended() {
    return begun().call.ended();
  }

  @Override
  T outcome() {
    return begun().read.apply(ended().join());
  }

  private Prepared<T> begun() {
    return Objects.requireNonNull(prepared, "the call has not begun");
  }

  /** A call that is ready to start, and how to read its result. */
  record Prepared<T>(Call call, Function<CallResult, T> read) {}
}
