package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Feedback}, a {@link Target} or a {@link Receipt} as a JSON object, for a queue, a
 * column or a file, and reads it back. Immutable and thread-safe.
 *
 * <pre>{@code
 * String json = FeedbackJson.strict().write(feedback);
 * Feedback again = FeedbackJson.strict().feedback(json); // equal to the first
 * }</pre>
 *
 * <p>The form is stable: later versions of this library read it. {@link #schema()} defines it; this
 * is a feedback with everything that it can have, of which {@code v}, {@code target} and one
 * statement are required:
 *
 * <pre>{@code
 * {
 *   "v": 1,
 *   "target": {"id": "trace-7f3a"},
 *   "rating": {"type": "score", "value": 4, "min": 1, "max": 5},
 *   "comment": "Spot on",
 *   "correction": "It was in 1969.",
 *   "issues": ["too long"],
 *   "actions": ["copied"],
 *   "weight": 0.5,
 *   "author": "user-1",
 *   "occurredAt": "2026-11-22T10:15:30.123Z",
 *   "metadata": {"page": 7}
 * }
 * }</pre>
 *
 * <p>A target that is not a bare id is {@code {"shared": "…"}} or {@code {"ids": {"portkey/trace":
 * "…"}}}, or both in one. The other ratings are {@code {"type": "thumbs", "value": "up"}} and
 * {@code {"type": "label", "name": "helpful"}}. Where a feedback has something that may be absent,
 * null is absence; inside the metadata it is a value. A time may have an offset. A target alone is
 * such an object with {@code "v": 1}. A receipt has {@code v}, {@code provider}, {@code target},
 * {@code ids}, {@code state}, {@code assurance}, {@code losses} (each with {@code part}, {@code
 * kind}, {@code detail}), {@code attempts} and {@code elapsedSeconds}.
 *
 * <p>What is read is equal to what was written, times to the nanosecond, with one exception:
 * numbers in the metadata keep their decimal value, but not always their Java type. An integer is
 * read as an {@code Integer}, {@code Long} or {@code BigInteger}, the first that can hold it; any
 * other number as a {@code Double} if that has the same decimal digits, and otherwise as a {@code
 * BigDecimal}. A {@code Float} is written as {@link Float#toString(float)} has it.
 *
 * <p>Refused are: unknown fields, unless this is {@link #lenient()}; a later version, even so,
 * wherever its {@code v} stands (a document beyond the limits is not searched for it); a name that
 * an object has twice; anything after the object; more than 1,000,000 characters ({@link
 * #maxCharacters}); metadata nested more than 64 deep; a name of more than 10,000 characters; a
 * number of more than 1,000 characters or with an exponent beyond 10,000; more than 100 named ids.
 * Inside a field that is ignored, only the nesting is limited, and what Jackson limits itself. What
 * would be refused is not written. Every refusal is an {@link InvalidFeedbackException} whose
 * {@code field()} is the path ({@code rating.value}, {@code issues[0]}, {@code metadata.a[3]}, or
 * {@code feedback} for the whole) and whose message is the path, a colon and the rule, without the
 * words that broke it.
 */
public final class FeedbackJson {
  private static final int MAX_CHARACTERS = 1_000_000;
  private static final int MAX_UNTRUSTED = 65_536;

  /** The names in a document are not kept: whoever sends it chooses them. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  static final Form<Target> TARGET = new TargetForm();
  static final Form<Feedback> FEEDBACK = new FeedbackForm(new TargetForm());
  static final Form<Receipt> RECEIPT = new ReceiptForm();

  private final boolean isLenient;
  private final int maxCharacters;

  private FeedbackJson(boolean isLenient, int maxCharacters) {
    if (maxCharacters < 1) {
      throw new IllegalArgumentException("maxCharacters must be positive, but is " + maxCharacters);
    }
    this.isLenient = isLenient;
    this.maxCharacters = maxCharacters;
  }

  /** The forms, with unknown fields refused: for what this version of the application wrote. */
  public static FeedbackJson strict() {
    return new FeedbackJson(false, MAX_CHARACTERS);
  }

  /**
   * The forms, with unknown fields ignored: for what others add fields of their own to. A field
   * that only another type of rating has is unknown, too.
   */
  public static FeedbackJson lenient() {
    return new FeedbackJson(true, MAX_CHARACTERS);
  }

  /** These forms, with another limit for a whole document in characters (UTF-16 units). */
  public FeedbackJson maxCharacters(int maxCharacters) {
    return new FeedbackJson(isLenient, maxCharacters);
  }

  /**
   * Reads what a browser posted about {@code target}, from an unknown author.
   *
   * @see #untrusted(Target, String)
   */
  public static Untrusted untrusted(Target target) {
    return untrusted(target, null);
  }

  /**
   * Reads what a browser posted about {@code target}: rating, comment, correction, issues and
   * actions, in the form above. Everything else is refused by its path, in particular target,
   * author, weight, time and metadata, which a page must not choose; add them to the result with
   * {@link Feedback#newBuilder()}. The version may be left out.
   *
   * <pre>{@code
   * Feedback feedback = FeedbackJson.untrusted(target, user.id()).feedback(requestBody);
   * }</pre>
   *
   * @param target what the application knows the feedback to be about, for example from its own
   *     record of the chat message
   * @param author who is signed in; null or blank for nobody, as in {@link Feedback.Builder#author}
   * @throws InvalidFeedbackException if the author cannot be one
   */
  public static Untrusted untrusted(Target target, @Nullable String author) {
    Objects.requireNonNull(target, "target must not be null");
    Feedback.on(target).author(author); // refuses what cannot be one before anything is read
    return new Untrusted(target, author, MAX_UNTRUSTED);
  }

  /** What {@link #untrusted} reads with. Immutable and thread-safe. */
  public static final class Untrusted {
    private final Target target;
    private final @Nullable String author;
    private final int maxCharacters;

    private Untrusted(Target target, @Nullable String author, int maxCharacters) {
      if (maxCharacters < 1) {
        throw new IllegalArgumentException(
            "maxCharacters must be positive, but is " + maxCharacters);
      }
      this.target = target;
      this.author = author;
      this.maxCharacters = maxCharacters;
    }

    /** The same, with another limit in characters (UTF-16 units); it is 65,536 by default. */
    public Untrusted maxCharacters(int maxCharacters) {
      return new Untrusted(target, author, maxCharacters);
    }

    /**
     * The feedback in the body of a request.
     *
     * @throws InvalidFeedbackException if it is not such a feedback, which a web application
     *     responds to with a 400; message and {@code field()} may be shown to the sender
     */
    public Feedback feedback(String json) {
      return FeedbackJson.read(
          json,
          FEEDBACK.name(),
          maxCharacters,
          false,
          in -> FeedbackForm.readUntrusted(in, Feedback.on(target).author(author)));
    }
  }

  /**
   * A JSON Schema (2020-12) of what {@link #strict()} reads: of a feedback, and in its {@code
   * $defs} of a {@code target}, a {@code receipt} and what is {@code untrusted}.
   *
   * <p>It cannot express everything that is refused: that a score's min is below its max and the
   * value between them; that times exist (years 1 to 9999, no 30th of February); that ids and names
   * have no invisible characters and count at most 1,000 UTF-16 units (a schema counts code
   * points); names given twice, also with a provider in another case; unpaired surrogates; the
   * limits on size, depth and numbers.
   */
  public static String schema() {
    try (InputStream in = FeedbackJson.class.getResourceAsStream("feedback.schema.json")) {
      byte[] bytes =
          Objects.requireNonNull(in, "feedback.schema.json is not in the jar").readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The feedback as JSON.
   *
   * @throws InvalidFeedbackException if it is beyond the limits, so that it could not be read
   */
  public String write(Feedback feedback) {
    return write(Objects.requireNonNull(feedback, "feedback must not be null"), FEEDBACK);
  }

  /** The target as JSON. */
  public String write(Target target) {
    return write(Objects.requireNonNull(target, "target must not be null"), TARGET);
  }

  /**
   * The receipt as JSON. It contains what {@link Receipt#toText()} does, the number of attempts and
   * the time that they took.
   *
   * @throws InvalidFeedbackException if it is beyond the limits, so that it could not be read
   */
  public String write(Receipt receipt) {
    return write(Objects.requireNonNull(receipt, "receipt must not be null"), RECEIPT);
  }

  /**
   * Reads a feedback.
   *
   * @throws InvalidFeedbackException if it is not one in this form
   */
  public Feedback feedback(String json) {
    return read(json, FEEDBACK);
  }

  /**
   * Reads a target.
   *
   * @throws InvalidFeedbackException if it is not one in this form
   */
  public Target target(String json) {
    return read(json, TARGET);
  }

  /**
   * Reads a receipt. It is a handle, not an authorization, as {@link Receipt#toText()} says: read
   * it only from where the application alone writes.
   *
   * @throws InvalidFeedbackException if it is not one in this form
   */
  public Receipt receipt(String json) {
    return read(json, RECEIPT);
  }

  private <T> String write(T value, Form<T> form) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      form.write(value, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String json = text.toString();
    checkLength(json, form.name(), maxCharacters);
    return json;
  }

  private static void checkLength(String json, String name, int maxCharacters) {
    if (json.length() > maxCharacters) {
      throw new InvalidFeedbackException(
          name,
          String.format(
              Locale.ROOT,
              "%s: must have at most %,d characters as JSON, but has %,d",
              name,
              maxCharacters,
              json.length()));
    }
  }

  private <T> T read(String json, Form<T> form) {
    return read(json, form.name(), maxCharacters, isLenient, form::read);
  }

  private static <T> T read(
      @Nullable String json,
      String name,
      int maxCharacters,
      boolean isLenient,
      FormReader.Document<T> document) {
    if (json == null) {
      throw new InvalidFeedbackException(name, name + ": must not be null");
    }
    checkLength(json, name, maxCharacters);
    try (JsonParser parser = FACTORY.createParser(json)) {
      FormReader in = new FormReader(parser, isLenient, name);
      try {
        parser.nextToken();
        T value = in.read(document);
        if (parser.nextToken() != null) {
          throw in.refused("must not be followed by anything");
        }
        return value;
      } catch (JsonProcessingException e) {
        throw in.unreadable(e);
      }
    } catch (IOException e) { // a string has none
      throw new UncheckedIOException(e);
    }
  }
}
