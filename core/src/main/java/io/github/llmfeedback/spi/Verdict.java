package io.github.llmfeedback.spi;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a response means for the feedback that was sent. Immutable. */
public final class Verdict {
  /**
   * Statuses with which a server refuses a request before it reads its content: the method is not
   * allowed (405), the length is missing (411), it is too large (413, 414, 431), the media type is
   * not supported (415).
   */
  private static final Set<Integer> NEVER_READ = Set.of(405, 411, 413, 414, 415, 431);

  /** RFC 1035, 2.3.4, as text. */
  private static final int LONGEST_HOST = 253;

  private static final Pattern HOST =
      Pattern.compile(
          "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
              + "|\\[[0-9A-Fa-f:.]{2,45}]");

  private final Kind kind;
  private final @Nullable String code;
  private final @Nullable String hint;
  private final @Nullable String requestId;
  private final Set<Integer> objects;
  private final Map<Integer, Verdict> exceptions;
  private final boolean ofEveryRequest;
  private final boolean nothingStored;

  private Verdict(
      Kind kind,
      @Nullable String code,
      @Nullable String hint,
      @Nullable String requestId,
      Set<Integer> objects,
      Map<Integer, Verdict> exceptions,
      boolean ofEveryRequest,
      boolean nothingStored) {
    this.kind = kind;
    this.code = code;
    this.hint = hint;
    this.requestId = requestId;
    this.objects = objects;
    this.exceptions = exceptions;
    this.ofEveryRequest = ofEveryRequest;
    this.nothingStored = nothingStored;
  }

  /** The verdict of this kind, with nothing else known. */
  public static Verdict of(Kind kind) {
    return new Verdict(kind, null, null, null, Set.of(), Map.of(), false, false);
  }

  /**
   * The verdict that holds for any provider: a 2xx with JSON is accepted unless the JSON says
   * otherwise ({@link #errorAt errorAt} {@code /error}, {@code "success": false}), another 2xx is
   * unreadable, 429 and 503 are busy, 408, the other 5xx and an interim 1xx uncertain, everything
   * else is refused.
   */
  public static Verdict byStatus(ProviderResponse response) {
    int status = response.status();
    Verdict verdict;
    if (response.isSuccess()) {
      verdict = success(response);
    } else if (status == 429 || status == 503) {
      verdict = of(Kind.BUSY).hint(status == 429 ? "too many requests" : "the provider is busy");
    } else if (status == 408 || status >= 500 || status < 200) {
      verdict =
          of(Kind.UNCERTAIN)
              .hint(
                  status < 200
                      ? "this interim response was not followed by a final one"
                      : "the provider failed; try again later");
    } else {
      verdict = of(Kind.REFUSED).hint(hintFor(response));
      verdict = NEVER_READ.contains(status) ? verdict.nothingStored() : verdict;
    }
    return verdict.requestId(response.header("x-request-id").orElse(null));
  }

  private static Verdict success(ProviderResponse response) {
    if (response.isCut()) {
      return of(Kind.UNREADABLE)
          .hint(
              switch (response.end()) {
                case WHOLE, BROKEN_OFF -> "the response broke off before its end";
                case TOO_LARGE ->
                    "the response is larger than %s, or has far too many values"
                        .formatted(response.limit());
                case BADLY_COMPRESSED -> "the response could not be decompressed";
              });
    } else if (!response.isObject() && !response.isArray()) {
      return of(Kind.UNREADABLE).hint("this is not a response of the provider; check the base URL");
    }
    return errorAt(response, "/error")
        .orElseGet(
            () ->
                response.flag("/success").orElse(true)
                    ? of(Kind.ACCEPTED)
                    : of(Kind.UNREADABLE).hint("its body says that it was not a success"));
  }

  /**
   * What an error field in a 2xx means: a text that is not blank, or an object or list with
   * content, is a refusal; {@code true} or a number other than 0 is neither an acceptance nor a
   * refusal that can be relied on; empty if it names no error, as {@code false}, {@code 0}, {@code
   * ""}, {@code []}, {@code {}} do not (Helicone's published example shows {@code "error": {}} in a
   * success response).
   *
   * @param pointers where an error may be
   */
  public static Optional<Verdict> errorAt(ProviderResponse response, String... pointers) {
    for (String pointer : pointers) {
      if (response.hasContent(pointer)) {
        return Optional.of(
            of(response.isTextOrContainer(pointer) ? Kind.REFUSED : Kind.UNREADABLE)
                .hint("the status is a success, but the body names an error"));
      }
    }
    return Optional.empty();
  }

  private static @Nullable String hintFor(ProviderResponse response) {
    int status = response.status();
    if (status >= 300 && status < 400) {
      return "a redirect"
          + response.header("Location").map(Verdict::host).map(" to "::concat).orElse("")
          + " is not followed, so that the key and the feedback reach no other host; check the base URL";
    }
    return switch (status) {
      case 401 -> "check the API key";
      case 403 -> "the API key lacks the right to do this";
      case 404, 405, 410 -> "nothing takes feedback at this address; check the base URL";
      case 407 -> "the proxy wants credentials; give them to the OkHttpClient in the settings";
      case 409 -> "it conflicts with what the provider already has";
      case 425 -> "the provider wants it sent again later";
      case 413 -> "the feedback is too large for the provider";
      default -> null;
    };
  }

  /** The host that a redirect leads to, if it is a valid host name; else a description. */
  public static String host(String location) {
    try {
      String host = URI.create(location).getHost();
      return host == null || host.length() > LONGEST_HOST || !HOST.matcher(host).matches()
          ? "another place"
          : host;
    } catch (IllegalArgumentException unreadable) {
      return "an unreadable place";
    }
  }

  /** This verdict with the provider's own code. */
  public Verdict code(@Nullable String code) {
    return new Verdict(
        kind, code, hint, requestId, objects, exceptions, ofEveryRequest, nothingStored);
  }

  /** This verdict with what to do about it: written by the dialect, never by the server. */
  public Verdict hint(@Nullable String hint) {
    return new Verdict(
        kind, code, hint, requestId, objects, exceptions, ofEveryRequest, nothingStored);
  }

  /** This verdict with the id by which the provider's support can find the request. */
  public Verdict requestId(@Nullable String requestId) {
    return new Verdict(
        kind, code, hint, requestId, objects, exceptions, ofEveryRequest, nothingStored);
  }

  /** This refusal, with the indexes of the wire objects of the request that it is about, from 0. */
  public Verdict objects(Set<Integer> objects) {
    Set<Integer> copy = Set.copyOf(objects);
    return new Verdict(
        kind, code, hint, requestId, copy, exceptions, ofEveryRequest, nothingStored);
  }

  /** This refusal, which every request would get, so that no chunk is split because of it. */
  public Verdict ofEveryRequest() {
    return new Verdict(kind, code, hint, requestId, objects, exceptions, true, nothingStored);
  }

  /**
   * This refusal of a list, which proves that nothing of the list was stored: it was refused before
   * its items were looked at one by one. Only then is a list that would count twice split, and only
   * then is it certain that what was refused was not stored.
   */
  public Verdict nothingStored() {
    return new Verdict(kind, code, hint, requestId, objects, exceptions, ofEveryRequest, true);
  }

  /**
   * This acceptance, which does not hold for some wire objects of the request: each of these has a
   * verdict of its own. The others are accepted and never sent again; a feedback of several objects
   * is accepted if all of them are.
   *
   * @param exceptions by the index of the wire object in the request, from 0
   */
  public Verdict except(Map<Integer, Verdict> exceptions) {
    Map<Integer, Verdict> copy = Map.copyOf(exceptions);
    return new Verdict(kind, code, hint, requestId, objects, copy, ofEveryRequest, nothingStored);
  }

  /**
   * This acceptance, limited to those wire objects that the response names; the others may have
   * been stored. If it names none of them, the response is unreadable.
   *
   * @param sent how many wire objects the request contains
   * @param named whether the response names the wire object with this index, from 0
   * @param unnamed the hint for each wire object that it does not name
   * @param none the hint if it names none of them
   */
  public Verdict ofNamed(int sent, IntPredicate named, String unnamed, String none) {
    Map<Integer, Verdict> others =
        IntStream.range(0, sent)
            .filter(named.negate())
            .boxed()
            .collect(Collectors.toMap(i -> i, i -> of(Kind.UNREADABLE).hint(unnamed)));
    return others.size() == sent ? of(Kind.UNREADABLE).hint(none) : except(others);
  }

  /**
   * What this verdict says about the feedback that consists of {@code count} objects, beginning
   * with {@code first}.
   */
  public Verdict ofObjects(int first, int count) {
    if (exceptions.isEmpty()) {
      return this;
    }
    List<Verdict> others =
        IntStream.range(first, first + count)
            .mapToObj(exceptions::get)
            .flatMap(Stream::ofNullable)
            .toList();
    if (others.isEmpty()) {
      return except(Map.of());
    }
    boolean refusedWhole =
        others.size() == count && others.stream().allMatch(it -> it.kind == Kind.REFUSED);
    Verdict other =
        others.stream().filter(it -> it.kind != Kind.REFUSED).findFirst().orElse(others.get(0));
    return refusedWhole || other.kind != Kind.REFUSED
        ? other
        : of(Kind.UNCERTAIN).code(other.code).hint(other.hint).requestId(other.requestId);
  }

  /** What the response means. */
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

  /** The wire objects that were not accepted, each with its own verdict; usually empty. */
  public Map<Integer, Verdict> exceptions() {
    return exceptions;
  }

  /** Whether every request would get this refusal. */
  public boolean isOfEveryRequest() {
    return ofEveryRequest;
  }

  /** Whether the refusal proves that nothing of a list was stored. */
  public boolean provesNothingStored() {
    return nothingStored;
  }

  @Override
  public String toString() {
    return kind + (code == null ? "" : " " + code);
  }

  /** What a response can mean. */
  public enum Kind {
    /** The provider accepted it. */
    ACCEPTED,
    /** The provider refused it, and nothing was stored. */
    REFUSED,
    /** The provider cannot take it now, and nothing was stored: try again. */
    BUSY,
    /** It failed, and something may have been stored: only what is repeatable is retried. */
    UNCERTAIN,
    /**
     * A success status with a response that is not the provider's; something may have been stored.
     */
    UNREADABLE
  }
}
