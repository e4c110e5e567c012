package io.github.llmfeedback.spi;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an answer means for the feedback it answers. Immutable. */
public final class Verdict {
  private final Kind kind;
  private final @Nullable String code;
  private final @Nullable String hint;
  private final @Nullable String requestId;
  private final Set<Integer> objects;
  private final boolean whole;

  private Verdict(
      Kind kind,
      @Nullable String code,
      @Nullable String hint,
      @Nullable String requestId,
      Set<Integer> objects,
      boolean whole) {
    this.kind = kind;
    this.code = code;
    this.hint = hint;
    this.requestId = requestId;
    this.objects = objects;
    this.whole = whole;
  }

  /** The verdict of this kind, with nothing more known. */
  public static Verdict of(Kind kind) {
    return new Verdict(kind, null, null, null, Set.of(), false);
  }

  /**
   * The verdict that the status alone gives: a 2xx with JSON is accepted, another 2xx unreadable,
   * 429 and 503 busy, 408, the other 5xx and an interim 1xx uncertain, everything else refused.
   */
  public static Verdict byStatus(Answer answer) {
    int status = answer.status();
    Verdict verdict;
    if (answer.isSuccess()) {
      verdict =
          answer.isObject() || answer.isArray()
              ? of(Kind.ACCEPTED)
              : of(Kind.UNREADABLE).hint("this is no answer of the provider; check the base URL");
    } else if (status == 429 || status == 503) {
      verdict = of(Kind.BUSY).hint(status == 429 ? "too many requests" : "the provider is busy");
    } else if (status == 408 || status >= 500 || status < 200) {
      verdict = of(Kind.UNCERTAIN).hint("the provider failed; try again later");
    } else {
      verdict = of(Kind.REFUSED).hint(hintFor(answer));
    }
    return verdict.requestId(answer.header("x-request-id").orElse(null));
  }

  private static @Nullable String hintFor(Answer answer) {
    int status = answer.status();
    if (status >= 300 && status < 400) {
      return "a redirect"
          + answer.header("Location").map(Verdict::host).map(" to "::concat).orElse("")
          + " is not followed, so that key and words reach no other host; check the base URL";
    }
    return switch (status) {
      case 401 -> "check the API key";
      case 403 -> "the API key lacks the right to do this";
      case 404, 405, 410 -> "nothing takes feedback at this address; check the base URL";
      case 407 -> "the proxy wants credentials; give them to the OkHttpClient in the settings";
      case 413 -> "the feedback is too large for the provider";
      default -> null;
    };
  }

  private static String host(String location) {
    try {
      String host = URI.create(location).getHost();
      return host == null ? "another place" : host;
    } catch (IllegalArgumentException unreadable) {
      return "an unreadable place";
    }
  }

  /** This verdict with the provider's own code. */
  public Verdict code(@Nullable String code) {
    return new Verdict(kind, code, hint, requestId, objects, whole);
  }

  /** This verdict with what to do about it: our words, never the server's. */
  public Verdict hint(@Nullable String hint) {
    return new Verdict(kind, code, hint, requestId, objects, whole);
  }

  /** This verdict with the id under which the provider's support finds the request. */
  public Verdict requestId(@Nullable String requestId) {
    return new Verdict(kind, code, hint, requestId, objects, whole);
  }

  /** This refusal, which names the wire objects of the request that it is about, from 0. */
  public Verdict objects(Set<Integer> objects) {
    return new Verdict(kind, code, hint, requestId, Set.copyOf(objects), whole);
  }

  /** This refusal, which would strike every request alike: no chunk is split for it. */
  public Verdict ofEveryRequest() {
    return new Verdict(kind, code, hint, requestId, objects, true);
  }

  /** What the answer means. */
  public Kind kind() {
    return kind;
  }

  /** The provider's own code. */
  public Optional<String> code() {
    return Optional.ofNullable(code);
  }

  /** What to do about it. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  /** The id of the request at the provider. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /** The wire objects that the refusal is about; empty if it does not say. */
  public Set<Integer> objects() {
    return objects;
  }

  /** Whether the refusal would strike every request alike. */
  public boolean isOfEveryRequest() {
    return whole;
  }

  @Override
  public String toString() {
    return kind + (code == null ? "" : " " + code);
  }

  /** What an answer can mean. */
  public enum Kind {
    /** Yes. */
    ACCEPTED,
    /** No, and nothing was stored. */
    REFUSED,
    /** Not now, and nothing was stored: try again. */
    BUSY,
    /** It failed, and something may be stored: only what is repeatable is tried again. */
    UNCERTAIN,
    /** A yes that the provider does not give; something may be stored. */
    UNREADABLE
  }
}
