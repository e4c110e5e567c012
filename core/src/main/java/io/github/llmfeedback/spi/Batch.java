package io.github.llmfeedback.spi;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends the items of one batch: in chunks, several in flight, splitting a refused chunk until the
 * bad item stands alone. Items on one target go one after the other, in input order.
 */
final class Batch<W> {
  private final Engine<W> engine;
  private final Batching batching;
  private final Map<String, CompletableFuture<?>> lastOn = new ConcurrentHashMap<>();

  Batch(Engine<W> engine) {
    this.engine = engine;
    this.batching = engine.dialect.batching();
  }

  /** How many items make a chunk now. */
  int chunkSize() {
    return engine.takesLists.get() ? batching.maxFeedbacks() : 1;
  }

  /** Sends the items; when the future completes, each has its outcome. */
  CompletableFuture<Void> send(List<Item<W>> items, Scope scope) {
    return send(items, chunkSize(), scope, true);
  }

  private CompletableFuture<Void> send(
      List<Item<W>> items, int chunkSize, Scope scope, boolean inOrder) {
    Deque<List<Item<W>>> chunks = Chunks.of(items, chunkSize, batching.lastWins());
    CompletableFuture<Void> done = new CompletableFuture<>();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    // Parts of a split chunk go one after the other, so that their order holds without more ado.
    int window = inOrder ? engine.settings.concurrency() : 1;
    Runnable pump =
        new Runnable() {
          @Override
          public void run() {
            if (asked.getAndIncrement() != 0) {
              return; // whoever runs already sees it; so a thousand quick failures do not nest
            }
            int seen;
            do {
              seen = asked.get();
              List<Item<W>> chunk;
              while (running.get() < window && (chunk = chunks.poll()) != null) {
                running.incrementAndGet();
                var unused =
                    (inOrder ? afterEarlier(chunk, scope) : sendChunk(chunk, scope))
                        .whenComplete(
                            (ok, bug) -> {
                              running.decrementAndGet();
                              run();
                            });
              }
              if (chunks.isEmpty() && running.get() == 0) {
                done.complete(null);
              }
            } while (asked.addAndGet(-seen) != 0);
          }
        };
    pump.run();
    return done;
  }

  /** Sends a chunk as soon as earlier ones on the same targets have ended. */
  private CompletableFuture<Void> afterEarlier(List<Item<W>> chunk, Scope scope) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Set<CompletableFuture<?>> earlier = new HashSet<>();
    Set<String> targets = new HashSet<>();
    for (Item<W> item : chunk) {
      if (targets.add(item.prepared().target())) {
        CompletableFuture<?> last = lastOn.put(item.prepared().target(), done);
        if (last != null) {
          earlier.add(last);
        }
      }
    }
    var unused =
        CompletableFuture.allOf(earlier.toArray(CompletableFuture<?>[]::new))
            .thenCompose(ok -> sendChunk(chunk, scope))
            .whenComplete(
                (ok, bug) -> {
                  targets.forEach(target -> lastOn.remove(target, done));
                  done.complete(null);
                });
    return done;
  }

  private CompletableFuture<Void> sendChunk(List<Item<W>> chunk, Scope scope) {
    try {
      if (scope.stopped().isPresent()) {
        FeedbackException error = engine.carrier.unsent(scope.stopped().get());
        chunk.forEach(item -> item.failed(error));
        return CompletableFuture.completedFuture(null);
      }
      if (chunk.size() > chunkSize()) { // lists turned out not to be taken since it was cut
        return send(chunk, chunkSize(), scope, false);
      }
      WireRequest request =
          engine.dialect.request(chunk.stream().map(item -> item.prepared().objects()).toList());
      WireCall call =
          new WireCall(
              engine.carrier,
              request,
              chunk.size() == 1 ? WireCall.Kind.ITEM : WireCall.Kind.CHUNK);
      if (call.size() > batching.maxBytes() && chunk.size() > 1) {
        return send(chunk, half(chunk), scope, false);
      }
      scope.add(engine.carrier.start(call));
      return call.ending()
          .thenCompose(ending -> settle(chunk, ending, scope))
          .exceptionally(bug -> fail(chunk, bug));
    } catch (RuntimeException bug) {
      fail(chunk, bug);
      return CompletableFuture.completedFuture(null);
    }
  }

  private CompletableFuture<Void> settle(List<Item<W>> chunk, Ending ending, Scope scope) {
    FeedbackException error = ending.error();
    if (error == null) {
      accept(chunk, ending);
    } else if (chunk.size() > 1
        && ending.answer() != null
        && ending.verdict() != null
        && Splitting.helps(ending.answer(), ending.verdict(), engine.settings)) {
      return split(chunk, ending.answer(), ending.verdict(), error, scope);
    } else {
      chunk.forEach(item -> item.failed(error));
    }
    return CompletableFuture.completedFuture(null);
  }

  private void accept(List<Item<W>> chunk, Ending ending) {
    try {
      List<Receipt> receipts =
          engine.receipts(
              chunk.stream().map(Item::prepared).toList(),
              Objects.requireNonNull(ending.answer()),
              ending);
      for (int i = 0; i < chunk.size(); i++) {
        chunk.get(i).accepted(receipts.get(i));
      }
    } catch (FeedbackException e) {
      chunk.forEach(item -> item.failed(e));
    }
  }

  /** The chunk was refused and nothing of it stored: find out whose fault it is. */
  private CompletableFuture<Void> split(
      List<Item<W>> chunk, Answer answer, Verdict verdict, FeedbackException error, Scope scope) {
    Set<Item<W>> named = named(chunk, verdict);
    if (!named.isEmpty()) {
      named.forEach(item -> item.failed(error));
      return send(chunk, chunk.size(), scope, false);
    }
    if (!batching.uncertain() || answer.status() == 413) {
      return send(chunk, half(chunk), scope, false);
    }
    return send(chunk, 1, scope, false)
        .thenAccept(
            ok -> {
              if (chunk.stream().allMatch(Item::isAccepted)) {
                engine.takesLists.set(false);
              }
            });
  }

  /** The items whose wire objects the refusal names. */
  private Set<Item<W>> named(List<Item<W>> chunk, Verdict verdict) {
    List<Item<W>> owners = new ArrayList<>();
    for (Item<W> item : chunk) {
      item.prepared().objects().forEach(object -> owners.add(item));
    }
    Set<Item<W>> named = new HashSet<>();
    for (int object : verdict.objects()) {
      if (object >= 0 && object < owners.size()) {
        named.add(owners.get(object));
      }
    }
    return named;
  }

  private static int half(List<?> chunk) {
    return (chunk.size() + 1) / 2;
  }

  /** Only a dialect's mistake leads here; it must not cost the other items their outcomes. */
  private Void fail(List<Item<W>> chunk, Throwable bug) {
    String provider = engine.dialect.capabilities().provider();
    FeedbackException error =
        new UnrepresentableFeedbackException(
            provider, provider + "'s dialect failed on this feedback", List.of(), bug);
    chunk.forEach(item -> item.failed(error));
    return null;
  }
}
