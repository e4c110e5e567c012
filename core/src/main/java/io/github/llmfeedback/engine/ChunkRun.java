package io.github.llmfeedback.engine;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.SerialLoop;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Sends one chunk of a batch: a refused part is split until the bad item is alone. The parts are
 * sent one after the other, which keeps their order.
 */
final class ChunkRun<W> {
  private final Engine<W> engine;
  private final Batching batching;
  private final CallGroup group;
  private final Deque<List<BatchItem<W>>> left = new ArrayDeque<>();

  /** Refused lists, perhaps refused only because they are lists. */
  private final List<List<BatchItem<W>>> suspects = new ArrayList<>();

  ChunkRun(Engine<W> engine, List<BatchItem<W>> chunk, CallGroup group) {
    this.engine = engine;
    this.batching = engine.dialect.batching();
    this.group = group;
    left.add(chunk);
  }

  /** Completes, always normally, when each item has its outcome. */
  CompletableFuture<Void> send() {
    return SerialLoop.through(left, this::send).thenRun(this::learn);
  }

  private CompletableFuture<Void> send(List<BatchItem<W>> part) {
    CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
    if (group.stopped().isPresent()) {
      fail(part, engine.calls.unsent(group.stopped().get(), part.get(0).sent()));
      return done;
    }
    if (part.size() > 1 && !engine.takesLists.get()) {
      splitTo(1, part);
      return done;
    }
    WireRequest request;
    Call call;
    try {
      request = engine.dialect.request(part.stream().map(it -> it.encoded().objects()).toList());
      call = call(part, request);
    } catch (RuntimeException | Error bug) { // if it were thrown, the batch would never end
      fail(part, engine.unencodable(bug)); // only a bug in a dialect leads here
      return done;
    }
    if (call.size() > batching.maxBytes() && part.size() > 1) {
      splitTo(half(part), part);
      return done;
    }
    call.start();
    group.add(call, call.ended());
    return call.ended()
        .thenAccept(
            result -> {
              try {
                settle(part, request, result);
              } catch (RuntimeException | Error bug) { // every item must get its outcome
                Sent unsure = result.sent().doubt(result.attempts() > 0);
                fail(part, engine.calls.errors.broken(request, bug, unsure, result.elapsed()));
              }
            });
  }

  /** The call for a part, whose items were all in the same requests before. */
  private Call call(List<BatchItem<W>> part, WireRequest request) {
    return new Call(
        engine.calls,
        CallSpec.ofBatch(
            part.get(0).given(), request, part.size(), part.get(0).sent(), group.ends()));
  }

  private void settle(List<BatchItem<W>> part, WireRequest request, CallResult result) {
    FeedbackException error = result.error();
    if (error == null) {
      accept(part, request, result);
    } else if (part.size() > 1
        && result.response() != null
        && result.verdict() != null
        && Splitting.helps(result.response(), result.verdict(), request, engine.settings)) {
      part.forEach(item -> item.sent(result.sent()));
      split(part, result.response(), result.verdict(), error);
    } else {
      fail(part, error);
    }
  }

  private void fail(List<BatchItem<W>> part, FeedbackException error) {
    engine.calls.countIfClosed(error, part.size());
    part.forEach(item -> item.failed(error));
  }

  /** Gives each item its receipt, or its error if the response has another verdict on it. */
  private void accept(List<BatchItem<W>> part, WireRequest request, CallResult result) {
    ProviderResponse response = Objects.requireNonNull(result.response());
    Verdict whole = Objects.requireNonNull(result.verdict());
    try {
      List<Receipt> receipts =
          engine.receipts(part.stream().map(BatchItem::encoded).toList(), response, result);
      int first = 0;
      for (int i = 0; i < part.size(); i++) {
        int count = part.get(i).encoded().objects().size();
        Verdict own = whole.ofObjects(first, count);
        if (own.kind() == Verdict.Kind.ACCEPTED) {
          part.get(i).accepted(receipts.get(i));
        } else {
          part.get(i).failed(engine.calls.excepted(request, response, own, result));
        }
        first += count;
      }
    } catch (FeedbackException e) {
      part.forEach(item -> item.failed(e));
    }
  }

  /** Splits a refused part, to find the item that caused the refusal. */
  private void split(
      List<BatchItem<W>> part,
      ProviderResponse response,
      Verdict verdict,
      FeedbackException error) {
    Set<BatchItem<W>> named = named(part, verdict);
    if (!named.isEmpty()) {
      named.forEach(item -> item.failed(error));
      splitTo(part.size(), part);
    } else if (batching.isUncertain() && response.status() != 413) {
      suspects.add(part);
      splitTo(1, part);
    } else {
      splitTo(half(part), part);
    }
  }

  /** The items whose wire objects the refusal names. */
  private Set<BatchItem<W>> named(List<BatchItem<W>> part, Verdict verdict) {
    List<BatchItem<W>> owners = new ArrayList<>();
    for (BatchItem<W> item : part) {
      item.encoded().objects().forEach(object -> owners.add(item));
    }
    Set<BatchItem<W>> named = new HashSet<>();
    for (int object : verdict.objects()) {
      if (object >= 0 && object < owners.size()) {
        named.add(owners.get(object));
      }
    }
    return named;
  }

  /** Puts the items of the part that are not done in front of what is left. */
  private void splitTo(int size, List<BatchItem<W>> part) {
    Deque<List<BatchItem<W>>> parts = new ArrayDeque<>();
    new Chunks<>(engine, part, size).forEachRemaining(parts::push);
    parts.forEach(left::push);
  }

  /** If every item of a refused list was then accepted alone, the provider accepts no lists. */
  private void learn() {
    if (suspects.stream().anyMatch(list -> list.stream().allMatch(BatchItem::isAccepted))) {
      engine.takesLists.set(false);
    }
  }

  private static int half(List<?> part) {
    return (part.size() + 1) / 2;
  }
}
