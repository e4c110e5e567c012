package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.spi.Polling;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The conversations of one client: waited for or not, bounded, ended when it closes. */
public final class PollingRuns {
  private final Engine<?> engine;
  private final Set<PollingRun<?>> open = ConcurrentHashMap.newKeySet();

  public PollingRuns(Engine<?> engine) {
    this.engine = engine;
  }

  /** Waits for the end; an interrupt ends it at once. */
  public <T> T hold(Polling<T> dialogue) {
    PollingRun<T> conversation = conversation(dialogue);
    if (Thread.currentThread().isInterrupted()) {
      conversation.stop(Reason.INTERRUPTED);
    }
    conversation.begin();
    try {
      return conversation.end().get();
    } catch (InterruptedException e) {
      conversation.stop(Reason.INTERRUPTED);
      Thread.currentThread().interrupt();
      return result(conversation);
    } catch (ExecutionException e) {
      return result(conversation);
    }
  }

  /** The future of its end; cancelling it cancels the conversation. */
  public <T> CompletableFuture<T> holdAsync(Polling<T> dialogue) {
    PollingRun<T> conversation = conversation(dialogue);
    CompletableFuture<T> result = new CompletableFuture<>();
    PendingWork.Piece pending = engine.carrier.work.beginAsync();
    Completion<T> telling = engine.telling(result, pending, () -> result(conversation));
    var unused = conversation.end().whenComplete((end, error) -> telling.begin());
    unused = result.whenComplete((end, error) -> conversation.stop(Reason.CANCELLED));
    conversation.begin();
    return result;
  }

  private <T> PollingRun<T> conversation(Polling<T> dialogue) {
    PollingRun<T> conversation = new PollingRun<>(engine.carrier, dialogue);
    open.add(conversation);
    PendingWork.@Nullable Piece admitted = engine.carrier.work.admit();
    var unused =
        conversation
            .end()
            .whenComplete(
                (end, error) -> {
                  open.remove(conversation);
                  if (admitted != null) {
                    admitted.end();
                  }
                });
    if (open.size() > engine.settings.maxPending()) {
      conversation.stop(Reason.FULL);
    } else if (admitted == null) {
      conversation.stop(Reason.CLOSED);
    }
    return conversation;
  }

  private static <T> T result(PollingRun<T> conversation) {
    try {
      return conversation.end().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FeedbackException error) {
        error.fillInStackTrace(); // the caller's stack tells more than a pool thread's
        throw error;
      }
      throw e;
    }
  }

  /** Lets requests on the wire finish and ends everything else; the client admits no more. */
  public void close() {
    open.forEach(conversation -> conversation.stop(Reason.CLOSED));
  }
}
