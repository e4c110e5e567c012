package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of a receipt. */
final class ReceiptForm implements Form<Receipt> {
  static final Pattern PROVIDER = Pattern.compile("[A-Za-z0-9._-]{1,1000}");

  private static final BigDecimal MIN_SECONDS = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(Long.MAX_VALUE);

  @Override
  public String name() {
    return "receipt";
  }

  @Override
  public void writeFields(Receipt receipt, JsonGenerator json) throws IOException {
    json.writeStringField("provider", receipt.provider());
    json.writeStringField("target", receipt.target());
    writeTexts("ids", receipt.ids(), json);
    json.writeObjectFieldStart("state");
    for (Map.Entry<String, List<String>> entry : receipt.state().entrySet()) {
      if (entry.getKey().length() > FormReader.MAX_NAME) {
        throw new InvalidFeedbackException(
            "state",
            String.format(
                Locale.ROOT,
                "state: names must have at most %,d characters to be JSON",
                FormReader.MAX_NAME));
      }
      writeTexts(entry.getKey(), entry.getValue(), json);
    }
    json.writeEndObject();
    json.writeStringField("assurance", receipt.assurance().name());
    json.writeArrayFieldStart("losses");
    for (Loss loss : receipt.losses()) {
      json.writeStartObject();
      json.writeStringField("part", loss.part().name());
      json.writeStringField("kind", loss.kind().name());
      json.writeStringField("detail", loss.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("attempts", receipt.attempts());
    json.writeFieldName("elapsedSeconds");
    json.writeNumber(seconds(receipt.elapsed()));
  }

  static void writeTexts(String name, List<String> texts, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static BigDecimal seconds(Duration elapsed) {
    BigDecimal seconds =
        BigDecimal.valueOf(elapsed.getSeconds()).add(BigDecimal.valueOf(elapsed.getNano(), 9));
    return new BigDecimal(seconds.stripTrailingZeros().toPlainString()); // without an exponent
  }

  @Override
  public Receipt read(FormReader in) throws IOException {
    Draft draft = new Draft();
    for (FormReader.Fields fields = in.document(true); fields.next(); ) {
      switch (fields.name()) {
        case "provider" -> draft.provider = provider(in);
        case "target" ->
            in.check(() -> draft.target = Receipt.builder("any", in.text()).build().target());
        case "ids" -> draft.ids = in.texts();
        case "state" -> readState(in, draft.state);
        case "assurance" -> draft.assurance = in.constant(Assurance.class);
        case "losses" -> in.each(() -> draft.losses.add(loss(in)));
        case "attempts" -> draft.attempts = in.integer();
        case "elapsedSeconds" -> draft.elapsed = duration(in);
        default -> in.unknown();
      }
    }
    return Receipt.builder(
            present(in, "provider", draft.provider), present(in, "target", draft.target))
        .ids(draft.ids)
        .state(draft.state)
        .assurance(draft.assurance)
        .losses(draft.losses)
        .attempts(draft.attempts)
        .elapsed(draft.elapsed)
        .build();
  }

  private static String provider(FormReader in) throws IOException {
    String provider = in.text();
    if (!PROVIDER.matcher(provider).matches()) {
      throw in.refused("must be 1 to 1,000 ASCII letters, digits and . - _");
    }
    return provider;
  }

  private static void readState(FormReader in, Map<String, List<String>> state) throws IOException {
    for (FormReader.Fields fields = in.object(); fields.next(); ) {
      String key = fields.name();
      List<String> values = in.texts();
      state.put(key, values);
      in.check(() -> Receipt.builder("any", "any").state(Map.of(key, values)));
    }
  }

  private static Loss loss(FormReader in) throws IOException {
    LossDraft draft = new LossDraft();
    for (FormReader.Fields fields = in.object(); fields.next(); ) {
      switch (fields.name()) {
        case "part" -> draft.part = in.constant(Part.class);
        case "kind" -> draft.kind = in.constant(Loss.Kind.class);
        case "detail" -> draft.detail = in.text();
        default -> in.unknown();
      }
    }
    return new Loss(
        present(in, "part", draft.part),
        present(in, "kind", draft.kind),
        present(in, "detail", draft.detail));
  }

  private static <T> T present(FormReader in, String name, @Nullable T value) {
    if (value == null) {
      throw in.refused(name, "is missing");
    }
    return value;
  }

  private static Duration duration(FormReader in) throws IOException {
    BigDecimal seconds = in.decimal();
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    if (whole.compareTo(MIN_SECONDS) < 0 || whole.compareTo(MAX_SECONDS) > 0) {
      throw in.refused("must be a number of seconds");
    }
    BigDecimal nanos = seconds.subtract(whole).movePointRight(9).setScale(0, RoundingMode.FLOOR);
    return Duration.ofSeconds(whole.longValue(), nanos.longValue());
  }

  /** What was read so far. */
  private static final class Draft {
    private @Nullable String provider;
    private @Nullable String target;
    private List<String> ids = List.of();
    private final Map<String, List<String>> state = new LinkedHashMap<>();
    private Assurance assurance = Assurance.ACCEPTED;
    private final List<Loss> losses = new ArrayList<>();
    private int attempts = 1;
    private Duration elapsed = Duration.ZERO;
  }

  /** What was read of a loss so far. */
  private static final class LossDraft {
    private @Nullable Part part;
    private Loss.@Nullable Kind kind;
    private @Nullable String detail;
  }
}
