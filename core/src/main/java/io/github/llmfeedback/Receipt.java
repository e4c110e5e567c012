package io.github.llmfeedback;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proof that a provider accepted a feedback, and the handle to change it later. Immutable.
 *
 * <p>It contains ids and only what a later change needs, such as the names of issues; it contains
 * no comment, correction or author.
 */
public final class Receipt {
  private final String provider;
  private final String target;
  private final List<String> ids;
  private final Map<String, List<String>> state;
  private final Assurance assurance;
  private final List<Loss> losses;
  private final int attempts;
  private final Duration elapsed;

  private Receipt(Builder builder) {
    provider = builder.provider;
    target = builder.target;
    ids = builder.ids;
    state = builder.state;
    assurance = builder.assurance;
    losses = builder.losses;
    attempts = builder.attempts;
    elapsed = builder.elapsed;
  }

  /** Starts building a receipt, for providers and test doubles. */
  public static Builder builder(String provider, String target) {
    return new Builder(Text.provider(provider), Text.name("target", target));
  }

  /** The provider's name in lower case, such as {@code portkey}. */
  public String provider() {
    return provider;
  }

  /** The id under which the provider filed the feedback. */
  public String target() {
    return target;
  }

  /**
   * The provider's ids of what it stored, in the provider's order; empty if it gives none that can
   * be used. An id that a client read from a response has 1 to 256 visible ASCII characters and
   * contains no secret of the client; if one of them does not meet this, all are treated as
   * unknown.
   */
  public List<String> ids() {
    return ids;
  }

  /** The only one of {@link #ids()}; empty if there is none, or more than one. */
  public Optional<String> id() {
    return ids.size() == 1 ? Optional.of(ids.get(0)) : Optional.empty();
  }

  /** What the provider's client needs to change the feedback later. */
  public Map<String, List<String>> state() {
    return state;
  }

  /** How certain it is that the provider keeps the feedback. */
  public Assurance assurance() {
    return assurance;
  }

  /** What the provider could not keep, and the client's {@link LossPolicy} accepted. */
  public List<Loss> losses() {
    return losses;
  }

  /** How many requests it took; 1 if the first succeeded. */
  public int attempts() {
    return attempts;
  }

  /** The time from the first attempt to the provider's acceptance, waits included. */
  public Duration elapsed() {
    return elapsed;
  }

  /**
   * This receipt as text, to keep in a database and {@linkplain #parse read back} in another
   * process. It consists of ASCII letters, digits and {@code . - _}; it is encoded, not encrypted.
   * The format is stable: later versions read it.
   *
   * <p>It contains the provider, target, ids, assurance and losses, and the {@link #state()} that a
   * later change needs: for Portkey the weight; for Helicone and Baseplate whether the rating was
   * good; for Humanloop the kinds of statements, the names of issues and actions, and the types of
   * custom feedback with the values that a request to retract them must name. It does not contain
   * the comment, correction, author, metadata, or how many attempts it took.
   *
   * <p>A receipt from Portkey, Helicone or Baseplate takes 100 to 160 characters, one from
   * Humanloop 140 and 60 more for each further statement, and each loss adds about 70. The text is
   * at most as long as the provider's name plus 32 characters, plus 4/3 of the UTF-8 bytes of
   * target, ids, names and values of the state and details of the losses, with 4 more for each of
   * these and 25 more for each loss.
   *
   * <p>It is a handle, not an authorization: whoever can write it chooses which feedback of the
   * account is changed. Keep it where only the application reads and writes, and do not send it to
   * browsers; if you must, use {@link #toText(String)}.
   */
  public String toText() {
    return ReceiptText.write(provider, this::writeTo);
  }

  /**
   * Like {@link #toText()}, but signed, for use where others can get hold of the text: {@link
   * #parse(String, String)} refuses it if anything in it was changed. It is 35 characters longer.
   *
   * <p>It is signed (HMAC-SHA256), not encrypted, and still not an authorization: it proves that
   * somebody who has the secret wrote it, not that whoever presents it may use it. Check whose
   * feedback it is, as with any id that comes from a browser.
   *
   * @param secret at least 32 characters, which are random and which the application keeps secret
   * @throws IllegalArgumentException if the secret is shorter
   */
  public String toText(String secret) {
    return ReceiptText.write(provider, this::writeTo, secret);
  }

  /**
   * Reads a receipt from its {@linkplain #toText text}. The check in it detects accidents, not
   * forgery: keep the text where only the application writes.
   *
   * @throws InvalidFeedbackException if it is not the text of a receipt, was cut or changed, or is
   *     signed
   */
  public static Receipt parse(String text) {
    return ReceiptText.read(text, Receipt::readFrom);
  }

  /**
   * Reads a receipt from its {@linkplain #toText(String) signed text}. A text that is not signed is
   * refused.
   *
   * @param secret the secret that it was signed with
   * @throws InvalidFeedbackException if it is not such a text, was cut or changed, or was signed
   *     with another secret
   * @throws IllegalArgumentException if the secret is shorter than 32 characters
   */
  public static Receipt parse(String text, String secret) {
    return ReceiptText.read(text, secret, Receipt::readFrom);
  }

  /** Writes the values in the order in which {@link #readFrom} reads them. */
  private void writeTo(CheckedText.Writer text) {
    text.text(assurance.name()).text(target).texts(ids);
    text.number(state.size());
    state.forEach((key, values) -> text.text(key).texts(values));
    text.number(losses.size());
    for (Loss loss : losses) {
      text.text(loss.part().name()).text(loss.kind().name()).text(loss.detail());
    }
  }

  private static Receipt readFrom(String provider, CheckedText.Reader text) {
    Assurance assurance = Assurance.valueOf(text.text());
    Builder receipt = builder(provider, text.text()).assurance(assurance).ids(text.texts());
    Map<String, List<String>> state = new LinkedHashMap<>();
    for (int i = text.number(); i > 0; i--) {
      state.put(text.text(), text.texts());
    }
    List<Loss> losses = new ArrayList<>();
    for (int i = text.number(); i > 0; i--) {
      losses.add(new Loss(Part.valueOf(text.text()), Loss.Kind.valueOf(text.text()), text.text()));
    }
    return receipt.state(state).losses(losses).build();
  }

  /** A builder that starts with everything in this receipt. */
  public Builder newBuilder() {
    return new Builder(provider, target)
        .ids(ids)
        .state(state)
        .assurance(assurance)
        .losses(losses)
        .attempts(attempts)
        .elapsed(elapsed);
  }

  /**
   * Receipts are equal if they name the same stored feedback in the same state, whatever the number
   * of attempts and the time that it took.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Receipt that
        && provider.equals(that.provider)
        && target.equals(that.target)
        && ids.equals(that.ids)
        && state.equals(that.state)
        && assurance == that.assurance
        && losses.equals(that.losses);
  }

  @Override
  public int hashCode() {
    return Objects.hash(provider, target, ids, state, assurance, losses);
  }

  @Override
  public String toString() {
    return "Receipt{%s %s, target=%s, ids=%s, losses=%s, attempts=%d, %d ms}"
        .formatted(provider, assurance, target, ids, losses, attempts, elapsed.toMillis());
  }

  /** Collects the values of a receipt. Not thread-safe. */
  public static final class Builder {
    private final String provider;
    private final String target;
    private List<String> ids = List.of();
    private Map<String, List<String>> state = Map.of();
    private Assurance assurance = Assurance.ACCEPTED;
    private List<Loss> losses = List.of();
    private int attempts = 1;
    private Duration elapsed = Duration.ZERO;

    private Builder(String provider, String target) {
      this.provider = provider;
      this.target = target;
    }

    /** Sets the provider's ids. */
    public Builder ids(List<String> ids) {
      Objects.requireNonNull(ids, "ids must not be null");
      ids.forEach(id -> Text.wellFormed("id", id));
      this.ids = List.copyOf(ids);
      return this;
    }

    /** Sets what a later change needs. */
    public Builder state(Map<String, List<String>> state) {
      Objects.requireNonNull(state, "state must not be null");
      if (state.isEmpty()) {
        this.state = Map.of();
        return this;
      }
      Map<String, List<String>> copy = new LinkedHashMap<>();
      state.forEach(
          (key, values) -> {
            Objects.requireNonNull(
                values, () -> "values of the state '" + key + "' must not be null");
            values.forEach(value -> Text.wellFormed("state value", value));
            copy.put(Text.wellFormed("state key", key), List.copyOf(values));
          });
      this.state = Collections.unmodifiableMap(copy);
      return this;
    }

    /** Sets how certain it is that the provider keeps the feedback. */
    public Builder assurance(Assurance assurance) {
      this.assurance = Objects.requireNonNull(assurance, "assurance must not be null");
      return this;
    }

    /** Sets the accepted losses. */
    public Builder losses(List<Loss> losses) {
      Objects.requireNonNull(losses, "losses must not be null");
      losses.forEach(loss -> Objects.requireNonNull(loss, "loss must not be null"));
      this.losses = List.copyOf(losses);
      return this;
    }

    /** Sets how many requests it took. */
    public Builder attempts(int attempts) {
      this.attempts = attempts;
      return this;
    }

    /** Sets how long it took. */
    public Builder elapsed(Duration elapsed) {
      this.elapsed = Objects.requireNonNull(elapsed, "elapsed must not be null");
      return this;
    }

    /** The receipt. */
    public Receipt build() {
      return new Receipt(this);
    }
  }
}
