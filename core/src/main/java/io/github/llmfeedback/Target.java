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
 * a shared id and named ones, of which a named one takes precedence. At most 100 ids are named.
 *
 * <p>An id is not blank, has at most 1,000 characters (UTF-16 units), and no control, invisible,
 * bidirectional or line-separator characters.
 */
public final class Target {
  /** Far above the number of providers, and so few that equal hash codes cost nothing. */
  private static final int MAX_NAMED = 100;

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
   * @throws InvalidFeedbackException if the id is not valid, or more than 100 would be named
   */
  public Target and(TargetKey key, String id) {
    return and(Collections.singletonMap(key, id)); // which may hold null, to be refused by name
  }

  /**
   * This target, with {@code ids} as its ids at the keys' providers.
   *
   * @throws IllegalStateException if this target is a bare id, which could not be told apart from
   *     the named ones
   * @throws InvalidFeedbackException if an id is not valid, or more than 100 would be named
   */
  public Target and(Map<TargetKey, String> ids) {
    Objects.requireNonNull(ids, "target ids must not be null");
    for (TargetKey key : ids.keySet()) {
      Objects.requireNonNull(key, "target key must not be null");
    }
    if (bare != null) {
      throw new IllegalStateException(
          "a bare target id goes to whichever client receives it; name its provider too:"
              + " Target.of(key, id).and(key, id)");
    }
    Map<TargetKey, String> more = new LinkedHashMap<>(named);
    for (Map.Entry<TargetKey, String> entry : ids.entrySet()) {
      TargetKey key = entry.getKey();
      more.put(key, Text.name("target id of " + key, entry.getValue()));
      if (more.size() > MAX_NAMED) {
        throw new InvalidFeedbackException(
            "target ids", "target ids must be at most " + MAX_NAMED + ", but would be more");
      }
    }
    return new Target(null, shared, more);
  }

  /** Whether this is one id without a provider's name. */
  public boolean isBare() {
    return bare != null;
  }

  /** The id without a provider's name, if this {@linkplain #isBare is one}. */
  public Optional<String> bareId() {
    return Optional.ofNullable(bare);
  }

  /** The id for every provider whose ids can be chosen, if there is one. */
  public Optional<String> sharedId() {
    return Optional.ofNullable(shared);
  }

  /** The ids that are named for a provider, in the order given; unmodifiable. */
  public Map<TargetKey, String> namedIds() {
    return named;
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

  /**
   * This target as text, to keep beside the LLM's answer until somebody clicks and to {@linkplain
   * #parse read back} in another process. It consists of at most 512 ASCII letters, digits and
   * {@code . - _}; it is encoded, not encrypted. The format is stable: later versions read it.
   *
   * <p>Targets with the same text are equal. Equal ones have the same text if their ids were named
   * in the same order.
   *
   * <p>A bare UUID takes 64 characters; named ids of all four providers about 300. The ids and the
   * names of their keys may have about 370 bytes of UTF-8 altogether.
   *
   * <p>It is a handle, not an authorization: whoever can write it chooses which answer of the
   * account is rated. Keep it where only the application writes. In a hidden field of a form or in
   * a link it works, too, but then whoever sends the form can rate another answer; a page should
   * rather name the chat message, whose target the application looks up.
   *
   * @throws InvalidFeedbackException if it would have more than 512 characters
   */
  public String toText() {
    return TargetText.write(this::writeTo);
  }

  /**
   * Reads a target from its {@linkplain #toText text}. The check in it detects accidents, not
   * forgery: keep the text where only the application writes.
   *
   * @throws InvalidFeedbackException if it is not the text of a target, was cut or changed, or was
   *     written by a later version
   */
  public static Target parse(String text) {
    return TargetText.read(text, Target::readFrom, Target::toText);
  }

  private static final int BARE = 0;
  private static final int NAMED = 1;
  private static final int SHARED = 2;

  /** Writes the values in the order in which {@link #readFrom} reads them. */
  private void writeTo(CheckedText.Writer text) {
    text.number(bare != null ? BARE : shared != null ? SHARED : NAMED);
    if (bare != null) {
      text.text(bare);
      return;
    }
    if (shared != null) {
      text.text(shared);
    }
    text.number(named.size());
    named.forEach((key, id) -> text.text(key.provider()).text(key.name()).text(id));
  }

  private static Target readFrom(CheckedText.Reader text) {
    int kind = text.number();
    if (kind == BARE) {
      return of(text.text());
    }
    Target target = kind == SHARED ? shared(text.text()) : new Target(null, null, Map.of());
    int count = text.number();
    if (kind > SHARED || (kind == NAMED && count == 0)) {
      throw new IllegalArgumentException("no such target exists");
    }
    for (int i = 0; i < count; i++) {
      target = target.and(TargetKey.of(text.text(), text.text()), text.text());
    }
    return target;
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
