package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.concurrent.BlockedThreads;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.concurrent.Work;
import io.github.llmfeedback.engine.http.HttpSender;
import io.github.llmfeedback.redaction.ForeignException;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client does with a feedback, the same for all providers: account → address → encode →
 * batch → send (retry) → verdict → decode → outcomes.
 *
 * <p>{@link Encoded} does the first three, {@link Submissions} the batches, {@link Call} the
 * sending with its retries and verdicts; decoding is here. The methods return {@link Work} that has
 * not begun.
 */
public final class Engine<W> {
  /** Helicone's ids have this form; other providers take any. */
  private static final String SAMPLE_ID = "00000000-0000-4000-8000-000000000000";

  final Dialect<W> dialect;
  final ClientSettings settings;
  final ClientCalls calls;
  final Callbacks callbacks;
  private final BlockedThreads callers;

  /** Whether the provider accepts lists, as far as is known. */
  final AtomicBoolean takesLists = new AtomicBoolean(true);

  /**
   * The engine of a client.
   *
   * @param threads released when the engine is closed
   * @param time the threads' own time, or a test's
   */
  public Engine(
      SharedThreads threads,
      Time time,
      ApiEndpoint endpoint,
      ClientSettings settings,
      Dialect<W> dialect) {
    this.dialect = dialect;
    this.settings = settings;
    HttpSender sender = new HttpSender(threads, endpoint, settings, time);
    this.calls =
        new ClientCalls(
            endpoint,
            settings,
            dialect::verdict,
            time,
            threads,
            threads::callBack,
            sender,
            () -> {
              sender.close();
              threads.release();
            });
    this.callbacks = new Callbacks(threads, settings, calls.work);
    this.callers = threads.callers();
    FirstCalls.INSTANCE.rehearse(threads::run, this::rehearse);
  }

  /** Begins to submit, without making the caller wait for what only the first call loads. */
  public CompletableFuture<Receipt> submitAsync(Work<Receipt> submission) {
    return FirstCalls.INSTANCE.begin(submission, callbacks);
  }

  /** Does what a call does, except for the network, so that it need not load its classes. */
  private void rehearse() {
    Feedback feedback = Feedback.on(SAMPLE_ID).thumbsUp().comment("+").build();
    Encoded<W> encoded = Encoded.of(feedback, dialect, LossPolicy.ANY);
    WireRequest request = dialect.request(List.of(encoded.objects()));
    var unused = calls.sender.prepare(request);
    ProviderResponse response = ProviderResponse.of(200, "{\"id\":[\"a\"]}");
    calls.errors.undelivered(request, Reason.CLOSED, 0, Duration.ZERO, false, null);
    var verdict = dialect.verdict(response, request);
    receipt(
        encoded, List.of(), new CallResult(response, verdict, null, Sent.NOTHING, Duration.ZERO));
  }

  /** Submits a feedback. */
  public Work<Receipt> submit(Feedback feedback) {
    return submitEncoded(() -> encode(feedback));
  }

  /** Submits something provider-specific, which {@code encode} returns or refuses. */
  public Work<Receipt> submitEncoded(Supplier<Encoded<W>> encode) {
    return new CallWork<>(
        Operation.SUBMIT,
        () -> {
          Encoded<W> encoded = encode.get();
          return call(
              dialect.request(List.of(encoded.objects())),
              (response, result) -> receipts(List.of(encoded), response, result).get(0));
        });
  }

  /** Replaces what a receipt stands for. */
  public Work<Receipt> update(Receipt receipt, Feedback feedback) {
    return new CallWork<>(
        Operation.UPDATE,
        () -> {
          checkProvider(receipt);
          Encoded<W> encoded = encode(feedback);
          checkTarget(receipt, encoded.target());
          return call(
              dialect.update(receipt, encoded.objects()),
              (response, result) ->
                  updated(receipt, receipts(List.of(encoded), response, result).get(0)));
        });
  }

  /** The receipt of an update: keeps the old ids and state where the new receipt has none. */
  private static Receipt updated(Receipt before, Receipt after) {
    Map<String, List<String>> state = new LinkedHashMap<>(before.state());
    state.putAll(after.state());
    return after
        .newBuilder()
        .ids(after.ids().isEmpty() ? before.ids() : after.ids())
        .state(state)
        .build();
  }

  /** Takes back what a receipt stands for. */
  public Work<Receipt> retract(Receipt receipt) {
    return new CallWork<>(
        Operation.RETRACT,
        () -> {
          checkProvider(receipt);
          return call(
              dialect.retract(receipt),
              (response, result) ->
                  Receipt.builder(receipt.provider(), receipt.target())
                      .attempts(result.attempts())
                      .elapsed(result.elapsed())
                      .build());
        });
  }

  /** Sends a request that carries no feedback. */
  public <T> Work<T> ask(WireRequest request, Function<ProviderResponse, T> read) {
    return new CallWork<>(
        Operation.READ, () -> call(request, (response, result) -> read.apply(response)));
  }

  private static <T> Prepared<T> call(
      WireRequest request, BiFunction<ProviderResponse, CallResult, T> read) {
    return new Prepared<>(request, result -> read.apply(accepted(result), result));
  }

  private static ProviderResponse accepted(CallResult result) {
    if (result.error() != null) {
      throw result.error();
    }
    return Objects.requireNonNull(result.response());
  }

  /** Does what submitting does, except for the network and the warnings of losses. */
  public List<Loss> check(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    Encoded<W> encoded = Encoded.of(feedback, dialect, settings.lossPolicy());
    WireRequest request = dialect.request(List.of(encoded.objects()));
    var unused = calls.sender.prepare(request);
    return encoded.losses();
  }

  /** The receipt of a feedback of which nothing was sent. */
  public Receipt draft(Feedback feedback) {
    return draft(encode(feedback));
  }

  /** The receipt of something of which nothing was sent. */
  Receipt draft(Encoded<W> encoded) {
    return receipt(
        encoded, List.of(), new CallResult(null, null, null, Sent.NOTHING, Duration.ZERO));
  }

  /** What the provider keeps. */
  public Capabilities capabilities() {
    return dialect.capabilities();
  }

  /** Whether this is the dialect of this engine. */
  public boolean speaks(Dialect<?> other) {
    return dialect == other;
  }

  /** What this client has done, and does now. */
  public ClientStats stats() {
    return calls.telemetry.stats(calls.pause);
  }

  /** Where the requests go. */
  public ApiEndpoint endpoint() {
    return calls.endpoint;
  }

  /** Admits nothing new, waits for what was admitted, and releases all resources. */
  public void close(Runnable whenNothingMoreIsAdmitted) {
    FirstCalls.INSTANCE.await(settings.closeTimeout()); // they were submitted before
    calls.close(whenNothingMoreIsAdmitted);
  }

  private static void checkTarget(Receipt receipt, String target) {
    if (!target.equals(receipt.target())) {
      throw new IllegalArgumentException(
          "an update must be about the receipt's target "
              + receipt.target()
              + ", but the feedback is about "
              + target);
    }
  }

  private void checkProvider(Receipt receipt) {
    Objects.requireNonNull(receipt, "receipt must not be null");
    String provider = dialect.capabilities().provider();
    if (!receipt.provider().equals(provider)) {
      throw new IllegalArgumentException(
          "the receipt is " + receipt.provider() + "'s, but this client is " + provider + "'s");
    }
  }

  /** Accounts for a feedback's parts, addresses and encodes it; warns of losses. */
  Encoded<W> encode(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    Encoded<W> encoded = Encoded.of(feedback, dialect, settings.lossPolicy());
    for (Loss loss : encoded.losses()) {
      if (loss.kind() != Loss.Kind.ROUNDED) {
        calls.lost(loss);
      }
    }
    return encoded;
  }

  /** Encodes an item of a batch, which has its outcome then if it cannot be sent. */
  void encode(BatchItem<W> item) {
    try {
      item.encode(this::encode);
    } catch (FeedbackException e) {
      item.failed(e);
    } catch (RuntimeException | Error e) {
      item.failed(unencodable(e));
    }
  }

  /** The failure if a dialect or the class path is broken; nothing was sent. */
  FeedbackException unencodable(Throwable bug) {
    if (bug instanceof LinkageError error) {
      return calls.errors.linkage(error);
    }
    String provider = dialect.capabilities().provider();
    return UnrepresentableFeedbackException.builder(
            provider, provider + "'s dialect failed on this feedback")
        .cause(ForeignException.of(bug))
        .build();
  }

  /** The receipts of an accepted request, one for each feedback in it. */
  List<Receipt> receipts(List<Encoded<W>> sent, ProviderResponse response, CallResult result) {
    return readable(
        response,
        result,
        () -> {
          List<List<String>> ids = dialect.decode(response, objects(sent));
          List<Receipt> receipts = new ArrayList<>(sent.size());
          for (int i = 0; i < sent.size(); i++) {
            receipts.add(receipt(sent.get(i), i < ids.size() ? ids.get(i) : List.of(), result));
          }
          return receipts;
        });
  }

  private static <W> List<List<W>> objects(List<Encoded<W>> sent) {
    List<List<W>> objects = new ArrayList<>(sent.size());
    sent.forEach(each -> objects.add(each.objects()));
    return objects;
  }

  /** Reads an accepted response; if that fails, the provider has accepted it nevertheless. */
  private <T> T readable(ProviderResponse response, CallResult result, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (RuntimeException | Error e) {
      UnreadableResponseException error =
          UnreadableResponseException.builder(dialect.capabilities().provider(), response.status())
              .attempts(result.attempts())
              .elapsed(result.elapsed())
              .message("the response was accepted, but its ids could not be read")
              .build();
      calls.gaveUp(error);
      throw error;
    }
  }

  private Receipt receipt(Encoded<W> encoded, List<String> ids, CallResult result) {
    return Receipt.builder(dialect.capabilities().provider(), encoded.target())
        .ids(KnownIds.of(ids, calls.endpoint))
        .state(encoded.state())
        .losses(encoded.losses())
        .attempts(result.attempts())
        .elapsed(result.elapsed())
        .build();
  }

  /** The group of a batch that begins now, and gives up at once if a pause leaves it no time. */
  CallGroup group() {
    return group(settings.batchTimeout());
  }

  /**
   * The group of a chunk of a stream, which waits in a pause until it times out: if it gave up at
   * once, the stream would fail all its feedbacks in seconds.
   */
  CallGroup streamGroup() {
    return group(Duration.ofDays(365));
  }

  private CallGroup group(Duration time) {
    return new CallGroup(calls.time.nanoTime() + time.toNanos());
  }

  /** One single call, from encoding what it carries to reading the response. */
  private final class CallWork<T> extends OutcomeWork<T> {
    private final Supplier<Prepared<T>> prepare;

    /** Why it was stopped before it began. */
    private volatile @Nullable Reason stopped;

    private volatile @Nullable Begun<T> begun;

    /** Returns the result, or throws the error; null before the end. */
    private volatile @Nullable Supplier<T> end;

    CallWork(Operation operation, Supplier<Prepared<T>> prepare) {
      super(callbacks, calls, operation);
      this.prepare = prepare;
    }

    @Override
    protected void begin() {
      prepare().start();
    }

    @Override
    protected void run() {
      if (calls.sender.runsOnCallers()) {
        prepare().run(callers);
      } else {
        super.run();
      }
    }

    private Call prepare() {
      try {
        Reason reason = stopped;
        if (reason != null) {
          throw calls.unsent(reason);
        }
        Prepared<T> ready = prepare.get();
        Call call = new Call(calls, CallSpec.single(given, ready.request, this::read));
        begun = new Begun<>(call, ready.read);
        return call;
      } catch (LinkageError e) { // while encoding: a call that has started throws nothing
        FeedbackException error = calls.errors.linkage(e);
        failed(error);
        throw error;
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      }
    }

    /** Reads the result, once. */
    private void read(CallResult result) {
      try {
        T value = begun().read.apply(result);
        end = () -> value;
        accepted(value);
      } catch (RuntimeException e) {
        failed(e);
        end =
            () -> {
              throw e;
            };
      } catch (Error e) {
        failed(e);
        end =
            () -> {
              throw e;
            };
      }
    }

    @Override
    public void stop(Reason reason) {
      Begun<T> now = begun;
      if (now == null) {
        stopped = reason;
      } else {
        now.call.stop(reason);
      }
    }

    @Override
    protected CompletableFuture<CallResult> ended() {
      return begun().call.ended();
    }

    @Override
    T outcome() {
      CallResult result = ended().join();
      Supplier<T> read = end;
      return read != null ? read.get() : begun().read.apply(result); // there was no memory then
    }

    private Begun<T> begun() {
      return Objects.requireNonNull(begun, "the call has not begun");
    }
  }

  /** A request that is ready to be sent, and how to read its result. */
  private record Prepared<T>(WireRequest request, Function<CallResult, T> read) {}

  /** A call that may have started, and how to read its result. */
  private record Begun<T>(Call call, Function<CallResult, T> read) {}
}
