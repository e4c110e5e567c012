package io.github.llmfeedback;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a feedback is about: an LLM's answer, identified by the ids that providers know it by.
 * Immutable.
 *
 * <p>A target holds a <em>bare</em> id ({@link Feedback#on(String)}), which is the id at the
 * receiving client's provider; or a <em>shared</em> id; or ids <em>named</em> for each provider; or
 * a shared id and named ones, of which a named one takes precedence.
 *
 * <p>An id is not blank, has at most 1,000 characters (UTF-16 units), and no control, invisible,
 * bidirectional or line-separator characters.
 */
public final class Target {
  private final @Nullable String bare;
  private final @Nullable String shared;
  private final Map<TargetKey, String> named;

  private Target(@Nullable String bare, @Nullable String shared, Map<TargetKey, String> named) {
    this.bare = bare;
    this.shared = shared;
    this.named = Collections.unmodifiableMap(named);
  }

  /** The answer with this id at the provider of whichever client receives the feedback. */
  public static Target of(String id) {
    return new Target(Text.name("target id", id), null, Map.of());
  }

  /** The answer with this id at the key's provider. */
  public static Target of(TargetKey key, String id) {
    return new Target(null, null, Map.of()).and(key, id);
  }

  /**
   * The answer with an id that the application chose, for every provider whose ids can be chosen. A
   * provider that generates its ids itself needs a named one in addition.
   */
  public static Target shared(String id) {
    return new Target(null, Text.name("shared target id", id), Map.of());
  }

  /**
   * The target that the headers of an LLM response name for {@code keys}; empty if they name none.
   * If a header has several values, the first that is a valid id is used. A value that is not
   * valid, such as one with a control character in it, is ignored, because it comes from a server
   * and not from the caller.
   *
   * @param headers returns the values of a header, by a name whose case must not matter: {@code
   *     response::headers} of OkHttp, {@code response.headers()::allValues} of {@code
   *     java.net.http}; may return null if there are none. For a map, use {@link #fromHeaders(Map,
   *     TargetKey...)}
   */
  public static Optional<Target> fromHeaders(
      Function<String, ? extends @Nullable Collection<String>> headers, TargetKey... keys) {
    Objects.requireNonNull(headers, "headers must not be null");
    Objects.requireNonNull(keys, "target keys must not be null");
    Target found = new Target(null, null, Map.of());
    for (TargetKey key : keys) {
      Objects.requireNonNull(key, "target key must not be null");
      Collection<String> values =
          key.responseHeader().<Collection<String>>map(headers).orElse(List.of());
      for (String value : values) {
        if (value != null && Text.isName(value.strip())) {
          found = found.and(key, value.strip());
          break;
        }
      }
    }
    return found.named.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  /** Like {@link #fromHeaders(Function, TargetKey...)}, for a map whose keys may be in any case. */
  public static Optional<Target> fromHeaders(
      Map<String, ? extends Collection<String>> headers, TargetKey... keys) {
    Objects.requireNonNull(headers, "headers must not be null");
    Objects.requireNonNull(keys, "target keys must not be null");
    return fromHeaders(
        name -> {
          List<String> values = new ArrayList<>();
          headers.forEach(
              (key, more) -> {
                if (name.equalsIgnoreCase(key)
                    && more != null) { // the JDK's maps may have a null key
                  values.addAll(more);
                }
              });
          return values;
        },
        keys);
  }

  /**
   * The target whose id at the key's provider is the trace id of a W3C {@code traceparent}: the 32
   * hexadecimal digits in {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}. For an
   * application that gives its own trace id to the provider; Portkey accepts any text as a trace
   * id.
   *
   * @throws InvalidFeedbackException if it is not a valid one by the W3C's Trace Context, level 1
   */
  public static Target fromTraceparent(TargetKey key, String traceparent) {
    return of(key, Traceparent.traceId(traceparent));
  }

  /**
   * This target, with {@code id} as its id at the key's provider.
   *
   * @throws IllegalStateException if this target is a bare id, which could not be told apart from
   *     the named one
   */
  public Target and(TargetKey key, String id) {
    Objects.requireNonNull(key, "target key must not be null");
    if (bare != null) {
      throw new IllegalStateException(
          "a bare target id goes to whichever client receives it; name its provider too:"
              + " Target.of(key, id).and(key, id)");
    }
    Map<TargetKey, String> more = new LinkedHashMap<>(named);
    more.put(key, Text.name("target id of " + key, id));
    return new Target(null, shared, more);
  }

  /** Whether this is one id without a provider's name. */
  public boolean isBare() {
    return bare != null;
  }

  /**
   * The id of this target for {@code key}: the one under which a client of the key's provider
   * submits feedback. For an application that stores the ids with its chat message until somebody
   * clicks.
   *
   * <p>A bare id is returned for every key. A shared id is returned for every key whose ids
   * {@linkplain TargetKey#isChoosable() can be chosen}, unless another is named for the key; a
   * provider that generates its ids itself would find nothing under a shared id, so the result is
   * then empty.
   *
   * @return the id; empty if there is none, for example because none was named for the key's
   *     provider
   */
  public Optional<String> id(TargetKey key) {
    Objects.requireNonNull(key, "target key must not be null");
    if (bare != null) {
      return Optional.of(bare);
    }
    String id = named.get(key);
    if (id == null && key.isChoosable()) {
      id = shared;
    }
    return Optional.ofNullable(id);
  }

  /**
   * The id of this target for {@code key}, which its provider needs to keep the feedback.
   *
   * @throws UnrepresentableFeedbackException if there is none
   */
  public String requireId(TargetKey key) {
    return id(key)
        .orElseThrow(
            () ->
                UnrepresentableFeedbackException.builder(
                        key.provider(),
                        "%s cannot keep this feedback: its target %s has no id for %s; add one with target.and(key, id)"
                            .formatted(key.provider(), this, key))
                    .build());
  }

  /**
   * The headers that an LLM request must have so that the answer gets this target's ids, for those
   * of {@code keys} whose ids can be chosen and are known. The counterpart of {@link
   * #fromHeaders(Function, TargetKey...)}: the application chooses an id once and sends it with the
   * request.
   *
   * <p>Helicone accepts only UUIDs; Portkey accepts any text.
   *
   * @return the headers' values by name, in the order of {@code keys}
   * @throws IllegalStateException if this is a bare id and more than one key is given
   * @throws InvalidFeedbackException if an id cannot be sent in a header
   */
  public Map<String, String> requestHeaders(TargetKey... keys) {
    Objects.requireNonNull(keys, "target keys must not be null");
    if (bare != null && keys.length > 1) {
      throw new IllegalStateException(
          "a bare target id cannot be every provider's; choose one for all with Target.shared(id)");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (TargetKey key : keys) {
      Objects.requireNonNull(key, "target key must not be null");
      key.requestHeader()
          .ifPresent(
              header ->
                  id(key)
                      .ifPresent(
                          id -> headers.put(header, Text.visible("target id of " + key, id))));
    }
    return Collections.unmodifiableMap(headers);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Target that
        && Objects.equals(bare, that.bare)
        && Objects.equals(shared, that.shared)
        && named.equals(that.named);
  }

  @Override
  public int hashCode() {
    return Objects.hash(bare, shared, named);
  }

  @Override
  public String toString() {
    if (bare != null) {
      return bare;
    }
    List<String> ids = new ArrayList<>();
    if (shared != null) {
      ids.add("shared=" + shared);
    }
    named.forEach((key, id) -> ids.add(key + "=" + id));
    return ids.toString();
  }
}
