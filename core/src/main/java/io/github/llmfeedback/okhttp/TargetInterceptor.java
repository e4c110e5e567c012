package io.github.llmfeedback.okhttp;

import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the ids that feedback on an LLM call needs, while the call passes through OkHttp. Immutable
 * and thread-safe.
 *
 * <pre>{@code
 * OkHttpClient llm =
 *     new OkHttpClient.Builder()
 *         .addInterceptor(TargetInterceptor.catching(PortkeyFeedbackClient.TRACE))
 *         .build();
 * try (Response response = llm.newCall(request).execute()) {
 *   FeedbackTarget.of(response).ifPresent(target -> remember(target));
 * }
 * }</pre>
 *
 * <p>It reads ids from the response headers, and from the request headers if an id can be chosen
 * there; if both name an id, the one in the response is used, because it says how the call was
 * filed. A header that the application set is never changed, bodies are never touched, and whatever
 * goes wrong here is logged and leaves the call as it is.
 *
 * <p>Only the host that the request names when it gets here is trusted, and those that were added
 * with {@link #trusting}: the response of another host, to which a redirect or a later interceptor
 * sent the request, names no id. The target is then what the last trusted host named, or else what
 * was chosen.
 *
 * <p>Add it with {@code addInterceptor}. With {@link #choosing}, add the same instance with {@code
 * addNetworkInterceptor} too: there it only removes the ids that it chose from a request to a host
 * that is not trusted. Without that, OkHttp's own redirect sends them to that host along with all
 * other headers, where they can be read but, as described above, not replaced.
 *
 * <pre>{@code
 * TargetInterceptor targets =
 *     TargetInterceptor.catching(PortkeyFeedbackClient.TRACE).choosing(PortkeyFeedbackClient.TRACE);
 * OkHttpClient llm =
 *     new OkHttpClient.Builder().addInterceptor(targets).addNetworkInterceptor(targets).build();
 * }</pre>
 */
public final class TargetInterceptor implements Interceptor {
  private static final Logger LOG = LoggerFactory.getLogger("io.github.llmfeedback.okhttp");

  private final List<TargetKey> keys;
  private final List<TargetKey> chosen;
  private final Supplier<String> ids;
  private final Set<String> trusted;

  private TargetInterceptor(
      List<TargetKey> keys, List<TargetKey> chosen, Supplier<String> ids, Set<String> trusted) {
    this.keys = keys;
    this.chosen = chosen;
    this.ids = ids;
    this.trusted = trusted;
  }

  /**
   * An interceptor that reads the ids for {@code keys} and changes no request.
   *
   * @throws IllegalArgumentException if a key's ids are in no header, or no key is given
   */
  public static TargetInterceptor catching(TargetKey... keys) {
    Objects.requireNonNull(keys, "target keys must not be null");
    for (TargetKey key : keys) {
      Objects.requireNonNull(key, "target key must not be null");
      if (key.responseHeader().isEmpty() && key.requestHeader().isEmpty()) {
        throw new IllegalArgumentException(
            key + " has no header that could be read; take its id from the response body");
      }
    }
    if (keys.length == 0) {
      throw new IllegalArgumentException("at least one target key must be given");
    }
    return new TargetInterceptor(
        List.of(keys), List.of(), () -> UUID.randomUUID().toString(), Set.of());
  }

  /**
   * This interceptor, which also chooses one id for each call and sets it in the request headers of
   * {@code keys}, so that it is known before the response and the same at every provider. A request
   * that already has one of these headers keeps it.
   *
   * @throws IllegalArgumentException if a key's ids cannot be chosen in a request header
   */
  public TargetInterceptor choosing(TargetKey... keys) {
    Objects.requireNonNull(keys, "target keys must not be null");
    for (TargetKey key : keys) {
      Objects.requireNonNull(key, "target key must not be null");
      if (key.requestHeader().isEmpty()) {
        throw new IllegalArgumentException(key + " has no request header that chooses its ids");
      }
    }
    List<TargetKey> all = Stream.concat(this.keys.stream(), Stream.of(keys)).distinct().toList();
    return new TargetInterceptor(all, List.of(keys), ids, trusted);
  }

  /**
   * This interceptor, which takes the ids that it chooses from {@code ids} instead of generating a
   * UUID v4 for each call, which is the only form that Helicone accepts. It is called once for each
   * call that needs an id, on the thread of the call. If it throws, or returns what no header can
   * contain, such as null or an empty text, the LLM call continues without a chosen id and a WARN
   * says why.
   */
  public TargetInterceptor chosenFrom(Supplier<String> ids) {
    return new TargetInterceptor(
        keys, chosen, Objects.requireNonNull(ids, "ids must not be null"), trusted);
  }

  /**
   * This interceptor, which also trusts these hosts, whichever host a call was made to: the one
   * that a gateway redirects to, or that a later interceptor puts into the request. Each may name
   * ids and receives those that were chosen.
   *
   * @param hosts names or addresses, without scheme and port, in any case; no wildcards
   * @throws IllegalArgumentException if one is not a host
   */
  public TargetInterceptor trusting(String... hosts) {
    Objects.requireNonNull(hosts, "hosts must not be null");
    Set<String> all = new HashSet<>(trusted);
    for (String host : hosts) {
      all.add(canonical(Objects.requireNonNull(host, "host must not be null")));
    }
    return new TargetInterceptor(keys, chosen, ids, Set.copyOf(all));
  }

  /** The host in the form that OkHttp's URLs use. */
  private static String canonical(String host) {
    try {
      if (!host.contains("*")) {
        return new HttpUrl.Builder().scheme("https").host(host).build().host();
      }
    } catch (IllegalArgumentException e) {
      // refused below
    }
    throw new IllegalArgumentException(
        "a trusted host must be a host alone, such as gateway.example, without scheme, port, path"
            + " and wildcard");
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    if (chain.connection() != null) { // as a network interceptor
      return chain.proceed(withoutChosen(chain.request()));
    }
    Request given = chain.request();
    FeedbackTarget own = new FeedbackTarget(); // a request may be called twice, even concurrently
    Request request = choose(given).newBuilder().tag(FeedbackTarget.class, own).build();

    Map<TargetKey, String> found = new LinkedHashMap<>();
    see(found, TargetKey::requestHeader, request::headers);
    tell(found, own, FeedbackTarget.of(given));
    Response response = chain.proceed(request);
    Response trustedResponse = lastThatCounts(response, given.url().host());
    if (trustedResponse != null) {
      see(found, TargetKey::responseHeader, trustedResponse::headers);
      tell(found, own, FeedbackTarget.of(given));
    }
    return response;
  }

  /** The last of a call's responses that came from a trusted host; null if none did. */
  private @Nullable Response lastThatCounts(Response response, String home) {
    for (Response next = response; next != null; next = next.priorResponse()) {
      if (counts(host(next), home)) {
        return next;
      }
      Set<String> names = next.headers().names(); // in any case
      if (keys.stream().flatMap(key -> key.responseHeader().stream()).anyMatch(names::contains)) {
        LOG.warn(
            "the response to an LLM call came from another host than the call was made to, whose"
                + " ids are ignored; to use them, trust that host with TargetInterceptor.trusting");
      }
    }
    return null;
  }

  private boolean counts(String host, String home) {
    return host.equals(home) || trusted.contains(host);
  }

  /**
   * The host that responded: that of the request that was really sent, even if an interceptor shows
   * another.
   */
  private static String host(Response response) {
    Response raw = response.networkResponse();
    return (raw == null ? response : raw).request().url().host();
  }

  /** Returns the request, without the chosen ids if it goes to a host that is not trusted. */
  private Request withoutChosen(Request request) {
    Chosen ours = request.tag(Chosen.class);
    if (ours == null || counts(request.url().host(), ours.home())) {
      return request;
    }
    Request.Builder without = request.newBuilder();
    ours.ids()
        .forEach(
            (header, id) -> {
              if (request.headers(header).equals(List.of(id))) {
                without.removeHeader(header);
              }
            });
    return without.build();
  }

  /** Returns the request with an id in every chosen header that the application did not set. */
  private Request choose(Request request) {
    List<String> free =
        chosen.stream()
            .flatMap(key -> key.requestHeader().stream())
            .filter(header -> request.headers(header).isEmpty())
            .toList();
    if (free.isEmpty()) {
      return request;
    }
    try {
      Map<String, String> headers =
          Target.shared(ids.get()).requestHeaders(chosen.toArray(TargetKey[]::new));
      Chosen before = request.tag(Chosen.class); // by another interceptor of this kind
      Map<String, String> all = new HashMap<>(before == null ? Map.of() : before.ids());
      free.forEach(header -> all.put(header, Objects.requireNonNull(headers.get(header))));
      Request.Builder with = request.newBuilder();
      free.forEach(header -> with.header(header, Objects.requireNonNull(all.get(header))));
      return with.tag(Chosen.class, new Chosen(request.url().host(), all)).build();
    } catch (Throwable e) { // Kotlin code may throw checked exceptions from anywhere
      passOn(e);
      LOG.warn("no id could be chosen for an LLM call, which continues without one", e);
      return request;
    }
  }

  /**
   * Rethrows or restores what is meant for the thread; the LLM call then notices an interrupt
   * itself.
   */
  private static void passOn(Throwable e) {
    if (e instanceof ThreadDeath death) {
      throw death;
    } else if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Records the first value of each key's header that can be an id; without one, an id that was
   * found before stays.
   */
  private void see(
      Map<TargetKey, String> found,
      Function<TargetKey, Optional<String>> header,
      Function<String, List<String>> values) {
    for (TargetKey key : keys) {
      header
          .apply(key)
          .flatMap(name -> values.apply(name).stream().filter(id -> isId(key, id)).findFirst())
          .ifPresent(id -> found.put(key, id.strip()));
    }
  }

  private static boolean isId(TargetKey key, String value) {
    if (value.isBlank()) {
      return false;
    }
    try {
      return Target.of(key, value.strip()).id(key).isPresent();
    } catch (InvalidFeedbackException e) { // such as a tab in it
      LOG.warn("a header has a value that cannot be an id: {}", e.getMessage());
      return false;
    }
  }

  private static void tell(
      Map<TargetKey, String> found, FeedbackTarget own, @Nullable FeedbackTarget asked) {
    Target target = null;
    for (Map.Entry<TargetKey, String> id : found.entrySet()) {
      target =
          target == null
              ? Target.of(id.getKey(), id.getValue())
              : target.and(id.getKey(), id.getValue());
    }
    own.set(target);
    if (asked != null) {
      asked.set(target);
    }
  }

  /**
   * The ids that were chosen for a call, which the network interceptor reads.
   *
   * @param home the host that the call was made to
   * @param ids by header
   */
  private record Chosen(String home, Map<String, String> ids) {}
}
