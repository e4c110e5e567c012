package io.github.llmfeedback;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kind of id that a provider files feedback under, such as Portkey's trace. Immutable; two keys
 * are equal if their provider and name are.
 *
 * <p>The constants are in the provider modules, next to the client that uses them.
 */
public final class TargetKey {
  private final String provider;
  private final String name;
  private final boolean choosable;
  private final @Nullable String responseHeader;
  private final @Nullable String requestHeader;

  private TargetKey(
      String provider,
      String name,
      boolean choosable,
      @Nullable String responseHeader,
      @Nullable String requestHeader) {
    this.provider = provider;
    this.name = name;
    this.choosable = choosable;
    this.responseHeader = responseHeader;
    this.requestHeader = requestHeader;
  }

  /** A key whose ids the provider generates and does not return in a header. */
  public static TargetKey of(String provider, String name) {
    return new TargetKey(Text.provider(provider), Text.constant("name", name), false, null, null);
  }

  /** This key, with the header of the LLM's response that contains the id. */
  public TargetKey inResponseHeader(String header) {
    return new TargetKey(provider, name, choosable, Text.constant("header", header), requestHeader);
  }

  /** This key, with the header of the LLM request in which an application can choose the id. */
  public TargetKey chosenInRequestHeader(String header) {
    return new TargetKey(provider, name, true, responseHeader, Text.constant("header", header));
  }

  /** The provider's name in lower case. */
  public String provider() {
    return provider;
  }

  /** What the provider calls this kind of id, such as {@code trace}. */
  public String name() {
    return name;
  }

  /** Whether applications can choose these ids, so that {@link Target#shared} applies to them. */
  public boolean isChoosable() {
    return choosable;
  }

  /** The header of the LLM's response that contains the id, if there is one. */
  public Optional<String> responseHeader() {
    return Optional.ofNullable(responseHeader);
  }

  /** The header of the LLM request in which an application can choose the id, if there is one. */
  public Optional<String> requestHeader() {
    return Optional.ofNullable(requestHeader);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TargetKey that
        && provider.equals(that.provider)
        && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(provider, name);
  }

  @Override
  public String toString() {
    return provider + "/" + name;
  }
}
