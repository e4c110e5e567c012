package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Rating;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The form of a rating, which is a field of a feedback. */
final class RatingForm {
  private static final String THUMBS = "thumbs";
  private static final String SCORE = "score";
  private static final String LABEL = "label";

  /** A double represents every integer up to this one. */
  private static final double MAX_INTEGER = 1L << 53;

  private RatingForm() {}

  static void write(Rating rating, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (rating instanceof Rating.Score score) {
      json.writeStringField("type", SCORE);
      write("value", score.value(), json);
      write("min", score.min(), json);
      write("max", score.max(), json);
    } else if (rating instanceof Rating.Label label) {
      json.writeStringField("type", LABEL);
      json.writeStringField("name", label.name());
    } else {
      json.writeStringField("type", THUMBS);
      json.writeStringField("value", rating == Rating.Thumbs.UP ? "up" : "down");
    }
    json.writeEndObject();
  }

  /** Writes 4 and not 4.0: it is a number of the model, which knows no integers. */
  static void write(String name, double number, JsonGenerator json) throws IOException {
    if (number == Math.rint(number) && Math.abs(number) <= MAX_INTEGER) {
      json.writeNumberField(name, (long) number);
    } else {
      json.writeNumberField(name, number);
    }
  }

  static Rating read(FormReader in) throws IOException {
    Draft draft = new Draft();
    for (FormReader.Fields fields = in.object(); fields.next(); ) {
      switch (fields.name()) {
        case "type" -> draft.type = in.text();
        case "value", "min", "max", "name" -> {
          draft.fields.add(fields.name());
          readField(fields.name(), in, draft);
        }
        default -> in.unknown();
      }
    }
    if (draft.type == null) {
      throw in.refused("type", "is missing");
    }
    return switch (draft.type) {
      case THUMBS -> thumbs(draft, in);
      case SCORE -> score(draft, in);
      case LABEL -> label(draft, in);
      default -> throw in.refused("type", "must be thumbs, score or label");
    };
  }

  /** A lenient reader refuses it only if the rating's type, which may come later, has it. */
  private static void readField(String field, FormReader in, Draft draft) throws IOException {
    try {
      switch (field) {
        case "value" -> {
          if (in.isNumber()) {
            draft.number = in.number();
          } else {
            draft.word = in.text();
          }
        }
        case "min" -> draft.min = in.number();
        case "max" -> draft.max = in.number();
        default -> draft.name = name(in);
      }
    } catch (InvalidFeedbackException e) {
      if (!in.isLenient()) {
        throw e;
      }
      draft.refusals.put(field, e);
      in.skip();
    }
  }

  private static String name(FormReader in) throws IOException {
    String name = in.text();
    in.check(() -> new Rating.Label(name).name());
    return name;
  }

  private static Rating thumbs(Draft draft, FormReader in) {
    draft.allow(in, "value");
    if ("up".equals(draft.word)) {
      return Rating.Thumbs.UP;
    } else if ("down".equals(draft.word)) {
      return Rating.Thumbs.DOWN;
    }
    throw in.refused("value", "must be up or down");
  }

  private static Rating score(Draft draft, FormReader in) {
    draft.allow(in, "value", "min", "max");
    double value = present(in, "value", draft.number);
    double min = present(in, "min", draft.min);
    double max = present(in, "max", draft.max);
    if (min >= max) {
      throw in.refused("min", "must be below max, but they are " + min + " and " + max);
    } else if (value < min || value > max) {
      throw in.refused("value", "must be from " + min + " to " + max + ", but is " + value);
    }
    return new Rating.Score(value, min, max);
  }

  private static double present(FormReader in, String name, @Nullable Double number) {
    if (number == null) {
      throw in.refused(name, "must be a number");
    }
    return number;
  }

  private static Rating label(Draft draft, FormReader in) {
    draft.allow(in, "name");
    if (draft.name == null) {
      throw in.refused("name", "is missing");
    }
    return new Rating.Label(draft.name);
  }

  /** What was read so far. */
  private static final class Draft {
    private final Set<String> fields = new LinkedHashSet<>();
    private final Map<String, InvalidFeedbackException> refusals = new HashMap<>();
    private @Nullable String type;
    private @Nullable String word;
    private @Nullable Double number;
    private @Nullable Double min;
    private @Nullable Double max;
    private @Nullable String name;

    /** Fields that only another type has are unknown to this one. */
    private void allow(FormReader in, String... names) {
      for (String field : fields) {
        boolean isKnown = List.of(names).contains(field);
        InvalidFeedbackException refusal = refusals.get(field);
        if (isKnown && refusal != null) {
          throw refusal;
        } else if (!isKnown && !in.isLenient()) {
          throw in.refused(field, "is not a field of a rating of this type");
        }
      }
    }
  }
}
