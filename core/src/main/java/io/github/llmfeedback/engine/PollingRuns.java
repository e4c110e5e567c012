package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.spi.Polling;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The pollings of one client: bounded in number, and ended when the client closes. */
public final class PollingRuns {
  private final Engine<?> engine;
  private final Set<PollingRun<?>> open = ConcurrentHashMap.newKeySet();

  public PollingRuns(Engine<?> engine) {
    this.engine = engine;
  }

  /** Polls in the steps of {@code polling}. */
  public <T> Work<T> poll(Polling<T> polling) {
    return new PollingWork<>(polling);
  }

  /** Lets requests in flight finish and ends everything else; the client admits no more. */
  public void close() {
    open.forEach(run -> run.stop(Reason.CLOSED));
  }

  /** One polling, as work of the client. */
  private final class PollingWork<T> extends EngineWork<T> {
    private final PollingRun<T> run;

    PollingWork(Polling<T> polling) {
      super(engine.callbacks, engine.calls);
      run = new PollingRun<>(engine.calls, polling);
    }

    @Override
    protected void begin() {
      open.add(run);
      PendingWork.@Nullable Piece admitted = engine.calls.work.admit();
      var unused =
          run.ended()
              .whenComplete(
                  (end, error) -> {
                    open.remove(run);
                    if (admitted != null) {
                      admitted.end();
                    }
                  });
      if (open.size() > engine.settings.maxPending()) {
        run.stop(Reason.FULL);
      } else if (admitted == null) {
        run.stop(Reason.CLOSED);
      }
      run.begin();
    }

    @Override
    public void stop(Reason reason) {
      run.stop(reason);
    }

    @Override
    protected CompletableFuture<T> ended() {
      return run.ended();
    }

    @Override
    T outcome() {
      try {
        return run.ended().join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof FeedbackException error) {
          throw error;
        }
        throw e;
      }
    }
  }
}
