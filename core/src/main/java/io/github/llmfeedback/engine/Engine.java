package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.engine.http.HttpSender;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The whole way of a feedback, once for all providers: account → address → encode → batch → send
 * (retry) → verdict → decode → outcomes.
 *
 * <p>The first three are {@link Encoded}, batches are {@link BatchRun}, sending with its retries
 * and verdicts is {@link Call}.
 */
public final class Engine<W> {
  final Dialect<W> dialect;
  final ClientSettings settings;
  final ClientCalls carrier;
  final Executor callbacks;

  /** Whether the provider takes lists, as far as is known. */
  final AtomicBoolean takesLists = new AtomicBoolean(true);

  /**
   * The engine of a client.
   *
   * @param threads which it releases when it is closed
   * @param time the threads' own, or a test's
   */
  public Engine(
      SharedThreads threads,
      Time time,
      ApiEndpoint endpoint,
      ClientSettings settings,
      Dialect<W> dialect) {
    this.dialect = dialect;
    this.settings = settings;
    this.callbacks = callbacks(threads, settings);
    HttpSender sender = new HttpSender(threads, endpoint, settings, time);
    this.carrier =
        new ClientCalls(
            endpoint,
            settings,
            dialect::verdict,
            time,
            threads,
            sender,
            () -> {
              sender.close();
              threads.release();
            });
  }

  /**
   * Where futures complete: never on a thread that carries calls or tells the time, not even if the
   * user's executor runs its tasks on the thread that brings them, or takes no more.
   */
  private static Executor callbacks(SharedThreads threads, ClientSettings settings) {
    Executor own = threads.callbacks();
    return settings
        .callbackExecutor()
        .<Executor>map(users -> task -> own.execute(() -> handOver(task, users)))
        .orElse(own);
  }

  private static void handOver(Runnable task, Executor users) {
    try {
      users.execute(task);
    } catch (RuntimeException | Error e) { // it takes no more: better here than never
      task.run();
    }
  }

  public Sending<Receipt> submit(Feedback feedback) {
    return deliver(prepare(feedback));
  }

  public Sending<Receipt> deliver(Encoded<W> prepared) {
    return send(
        dialect.request(List.of(prepared.objects())),
        (answer, ending) -> receipts(List.of(prepared), answer, ending).get(0));
  }

  public Sending<Receipt> update(Receipt receipt, Feedback feedback) {
    checkProvider(receipt);
    Encoded<W> prepared = prepare(feedback);
    if (!prepared.target().equals(receipt.target())) {
      throw new IllegalArgumentException(
          "an update must be about the receipt's target "
              + receipt.target()
              + ", but the feedback is about "
              + prepared.target());
    }
    return send(
        dialect.update(receipt, prepared.objects()),
        (answer, ending) -> standing(receipt, receipts(List.of(prepared), answer, ending).get(0)));
  }

  /** The receipt of an update: what neither it nor its answer states anew still stands. */
  private static Receipt standing(Receipt before, Receipt updated) {
    Map<String, List<String>> state = new LinkedHashMap<>(before.state());
    state.putAll(updated.state());
    return updated
        .newBuilder()
        .ids(updated.ids().isEmpty() ? before.ids() : updated.ids())
        .state(state)
        .build();
  }

  public Sending<Receipt> retract(Receipt receipt) {
    checkProvider(receipt);
    return send(
        dialect.retract(receipt),
        (answer, ending) ->
            Receipt.builder(receipt.provider(), receipt.target())
                .attempts(ending.attempts())
                .elapsed(ending.elapsed())
                .build());
  }

  /** A request that carries no feedback. */
  public <T> Sending<T> ask(WireRequest request, Function<ProviderResponse, T> read) {
    return send(request, (answer, ending) -> read.apply(answer));
  }

  /** Does all that submitting does short of the network; what the policy accepts is no news. */
  public List<Loss> check(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    Encoded<W> prepared = Encoded.of(feedback, dialect, settings.lossPolicy());
    WireRequest request = dialect.request(List.of(prepared.objects()));
    var unused = carrier.sender.prepare(request);
    return prepared.losses();
  }

  /** The receipt of a feedback that nothing was sent for. */
  public Receipt draft(Feedback feedback) {
    return receipt(
        prepare(feedback),
        List.of(),
        new CallResult(null, null, null, Sent.NOTHING, Duration.ZERO));
  }

  /** What the provider keeps. */
  public Capabilities capabilities() {
    return dialect.capabilities();
  }

  /** Whether this is the dialect of this engine. */
  public boolean speaks(Dialect<?> other) {
    return dialect == other;
  }

  /** Where the requests go. */
  public ApiEndpoint endpoint() {
    return carrier.connection;
  }

  /** Admits nothing new, delivers what was admitted, and lets go of everything. */
  public void close(Runnable whenNothingMoreIsAdmitted) {
    carrier.close(whenNothingMoreIsAdmitted);
  }

  private void checkProvider(Receipt receipt) {
    Objects.requireNonNull(receipt, "receipt must not be null");
    String provider = dialect.capabilities().provider();
    if (!receipt.provider().equals(provider)) {
      throw new IllegalArgumentException(
          "the receipt is " + receipt.provider() + "'s, but this client is " + provider + "'s");
    }
  }

  /** Accounts for a feedback's parts, addresses it and encodes it. */
  Encoded<W> prepare(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    Encoded<W> prepared = Encoded.of(feedback, dialect, settings.lossPolicy());
    for (Loss loss : prepared.losses()) {
      if (loss.kind() != Loss.Kind.ROUNDED) {
        carrier.warn("{} loses {} by policy", dialect.capabilities().provider(), loss);
      }
    }
    return prepared;
  }

  /** One feedback of a batch, which has its outcome already if it cannot be sent. */
  BatchItem<W> item(long index, Feedback feedback) {
    try {
      return new BatchItem<>(index, feedback, prepare(feedback));
    } catch (FeedbackException e) {
      return new BatchItem<>(index, feedback, e);
    } catch (RuntimeException | Error e) {
      return new BatchItem<>(index, feedback, unsayable(e));
    }
  }

  /** A dialect's mistake, or a class path that does not fit together; nothing was sent. */
  FeedbackException unsayable(Throwable bug) {
    if (bug instanceof LinkageError error) {
      return carrier.failures.linkage(error);
    }
    String provider = dialect.capabilities().provider();
    return new UnrepresentableFeedbackException(
        provider,
        provider + "'s dialect failed on this feedback",
        List.of(),
        ForeignException.of(bug));
  }

  private <T> Sending<T> send(
      WireRequest request, BiFunction<ProviderResponse, CallResult, T> decode) {
    Call call = new Call(carrier, request);
    call.start();
    return new Sending<>(call, ending -> decode.apply(accepted(ending), ending));
  }

  private static ProviderResponse accepted(CallResult ending) {
    if (ending.error() != null) {
      throw ending.error();
    }
    return Objects.requireNonNull(ending.answer());
  }

  /** The receipts of an accepted request, one for each feedback in it. */
  List<Receipt> receipts(List<Encoded<W>> sent, ProviderResponse answer, CallResult ending) {
    return readable(
        answer,
        ending,
        () -> {
          List<List<String>> ids =
              dialect.decode(answer, sent.stream().map(Encoded::objects).toList());
          return IntStream.range(0, sent.size())
              .mapToObj(i -> receipt(sent.get(i), i < ids.size() ? ids.get(i) : List.of(), ending))
              .toList();
        });
  }

  /** What an accepted answer says; whatever is wrong with it, the provider has said yes. */
  private <T> T readable(ProviderResponse answer, CallResult ending, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (RuntimeException | Error e) {
      throw new UnreadableResponseException(
          dialect.capabilities().provider(),
          answer.status(),
          "",
          ending.attempts(),
          ending.elapsed(),
          "the answer was accepted, but its ids could not be read");
    }
  }

  private Receipt receipt(Encoded<W> prepared, List<String> ids, CallResult ending) {
    return Receipt.builder(dialect.capabilities().provider(), prepared.target())
        .ids(KnownIds.of(ids, carrier.connection))
        .state(prepared.state())
        .losses(prepared.losses())
        .attempts(ending.attempts())
        .elapsed(ending.elapsed())
        .build();
  }

  /** Waits for a call; an interrupt ends the wait and the call at once. */
  public <T> T await(Supplier<Sending<T>> begin) {
    if (Thread.currentThread().isInterrupted()) {
      throw carrier.unsent(Reason.INTERRUPTED);
    }
    Sending<T> sending = begun(begin);
    try {
      return sending.result(sending.call().ending().get());
    } catch (InterruptedException e) {
      sending.call().stop(Reason.INTERRUPTED, false);
      Thread.currentThread().interrupt();
      return sending.result(sending.call().ending().join());
    } catch (ExecutionException e) {
      throw new IllegalStateException("a wire call always ends normally", e);
    }
  }

  /** The future of a call; every error comes through it, and cancelling it cancels the call. */
  public <T> CompletableFuture<T> async(Supplier<Sending<T>> begin) {
    Sending<T> sending;
    try {
      sending = begun(begin);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<CallResult> ending = sending.call().ending();
    CompletableFuture<T> result =
        new StoppableFuture<>(
            () -> {
              stop(sending.call());
              return ending.thenApply(sending::result);
            });
    PendingWork.Piece pending = carrier.work.beginAsync();
    Completion<T> telling = telling(result, pending, () -> sending.result(ending.join()));
    var unused = ending.thenRun(telling::begin);
    unused = result.handle((value, error) -> stop(sending.call()));
    return result;
  }

  private <T> Sending<T> begun(Supplier<Sending<T>> begin) {
    try {
      return begin.get();
    } catch (LinkageError e) { // in encoding: a call that is on its way throws nothing
      throw unsayable(e);
    }
  }

  /** For a batch that begins now, and gives up at once if a pause leaves it no time. */
  CallGroup scope() {
    return scope(settings.batchTimeout());
  }

  /**
   * For a chunk of a stream, which sits its time out in a pause: or the stream would run through
   * all its feedbacks in seconds.
   */
  CallGroup patientScope() {
    return scope(Duration.ofDays(365));
  }

  private CallGroup scope(Duration time) {
    return new CallGroup(carrier.time.nanoTime() + time.toNanos());
  }

  private static @Nullable Void stop(Call call) {
    call.stop(Reason.CANCELLED, false); // does nothing unless the caller was first
    return null;
  }

  /** What will complete a user's future. */
  <T> Completion<T> telling(
      CompletableFuture<T> future, PendingWork.Piece pending, Supplier<T> result) {
    return new Completion<>(
        future, pending, result, callbacks, settings.callbackExecutor().isPresent());
  }

  /** A started call and what its ending means to the caller. */
  public record Sending<T>(Call call, Function<CallResult, T> decode) {
    T result(CallResult ending) {
      try {
        return decode.apply(ending);
      } catch (FeedbackException e) {
        e.fillInStackTrace(); // the caller's stack tells more than a pool thread's
        throw e;
      }
    }
  }
}
