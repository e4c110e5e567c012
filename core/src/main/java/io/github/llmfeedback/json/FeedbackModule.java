package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.WritableTypeId;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import java.io.IOException;

/**
 * Has a mapper of Jackson 2 write and read a {@link Feedback}, a {@link Target} or a {@link
 * Receipt} in the form of {@link FeedbackJson}, as fields of an application's own classes.
 *
 * <pre>{@code
 * ObjectMapper mapper = new ObjectMapper().registerModule(new FeedbackModule());
 * }</pre>
 *
 * <p>{@code findAndRegisterModules()} finds it. Unknown fields are refused if the mapper has {@code
 * FAIL_ON_UNKNOWN_PROPERTIES}, which Spring Boot turns off, and ignored otherwise. The limits of
 * {@link FeedbackJson} apply, but for that of the whole document, which is the mapper's. A refusal
 * is a {@link JsonMappingException}: its path leads to the field of the application's class, its
 * cause is the {@link InvalidFeedbackException} with the path below that; it does not quote the
 * document. What is not valid JSON is refused by Jackson, with a {@code JsonParseException} that
 * quotes it.
 *
 * <p>A mapper that writes and reads types (default typing, {@code @JsonTypeInfo}) does so here,
 * too. Two kinds of settings change the numbers: a mapper with {@code WRITE_NUMBERS_AS_STRINGS}
 * writes what this module refuses to read; and a tree ({@code readTree}, then {@code treeToValue})
 * has numbers of the metadata rounded to doubles, unless the mapper has {@code
 * USE_BIG_DECIMAL_FOR_FLOATS}.
 *
 * <p>Do not use it for what a browser posts: it can set every field. {@link
 * FeedbackJson#untrusted(Target)} is for that.
 */
public final class FeedbackModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  /** A module to register with a mapper. */
  public FeedbackModule() {
    super("llm-feedback");
    add(Feedback.class, FeedbackJson.FEEDBACK);
    add(Target.class, FeedbackJson.TARGET);
    add(Receipt.class, FeedbackJson.RECEIPT);
  }

  private <T> void add(Class<T> type, Form<T> form) {
    addSerializer(type, new Writing<>(form));
    addDeserializer(type, new Reading<>(form));
  }

  private static final class Writing<T> extends JsonSerializer<T> {
    private final Form<T> form;

    Writing(Form<T> form) {
      this.form = form;
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      try {
        form.write(value, json);
      } catch (InvalidFeedbackException e) {
        throw mapped(e);
      }
    }

    @Override
    public void serializeWithType(
        T value, JsonGenerator json, SerializerProvider provider, TypeSerializer types)
        throws IOException {
      WritableTypeId start =
          types.writeTypePrefix(json, types.typeId(value, JsonToken.START_OBJECT));
      try {
        form.writeContent(value, json);
      } catch (InvalidFeedbackException e) {
        throw mapped(e);
      }
      types.writeTypeSuffix(json, start);
    }
  }

  private static final class Reading<T> extends JsonDeserializer<T> {
    private final Form<T> form;

    Reading(Form<T> form) {
      this.form = form;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      boolean isLenient = !context.isEnabled(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
      try {
        return new FormReader(parser, isLenient, form.name()).read(form::read);
      } catch (InvalidFeedbackException e) {
        throw mapped(e);
      }
    }
  }

  /** Without the parser, whose position would quote the document. */
  private static JsonMappingException mapped(InvalidFeedbackException refusal) {
    return new JsonMappingException(null, refusal.getMessage(), refusal);
  }
}
