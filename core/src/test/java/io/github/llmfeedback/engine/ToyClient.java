package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import io.github.llmfeedback.client.TimedClient;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A client of the provider whose dialect is {@link ToyDialect}, with every extension. */
public final class ToyClient extends TimedClient implements SupportsUpdate, SupportsRetract {
  public static final String KEY = "t0y-k3y-4711";
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");

  public ToyClient(String url, ToyDialect dialect, ClientSettings settings) {
    this(url, KEY, dialect, settings);
  }

  public ToyClient(String url, String key, ToyDialect dialect, ClientSettings settings) {
    super(endpoint(url, key, dialect, settings), settings, dialect);
  }

  public ToyClient(LoopbackServer server, ToyDialect dialect) {
    this(server.url(), dialect, settings().build());
  }

  public ToyClient(String url, ToyDialect dialect, ClientSettings settings, Time time) {
    super(time, endpoint(url, KEY, dialect, settings), settings, dialect);
  }

  public ToyClient(LoopbackServer server, ToyDialect dialect, Time time) {
    this(server.url(), dialect, settings().build(), time);
  }

  private static ApiEndpoint endpoint(
      String url, String key, ToyDialect dialect, ClientSettings settings) {
    return BaseUrl.endpoint(dialect.capabilities().provider(), url, settings.allowPlainHttp())
        .secretHeader("X-Key", "", "the API key", key);
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return super.update(receipt, feedback);
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return super.updateAsync(receipt, feedback);
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return super.retract(receipt);
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return super.retractAsync(receipt);
  }

  /** The defaults, but with very short waits, for tests in real time. */
  public static ClientSettings.Builder settings() {
    return ClientSettings.builder().backoff(Duration.ofMillis(300), Duration.ofSeconds(20));
  }

  public static ClientSettings.Builder impatient() {
    return ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1));
  }

  public static Feedback on(String target) {
    return Feedback.on(target).comment("word").build();
  }

  /** Feedback on targets {@code t0}, {@code t1} and so on. */
  public static List<Feedback> many(int count) {
    return IntStream.range(0, count).mapToObj(i -> on("t" + i)).toList();
  }

  /** The targets in a request, in order, each once for each of its objects. */
  public static List<String> targets(Seen seen) {
    List<String> targets = new ArrayList<>();
    Matcher matcher = ID.matcher(seen.body());
    while (matcher.find()) {
      targets.add(matcher.group(1));
    }
    return targets;
  }
}
