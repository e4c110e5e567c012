package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.github.llmfeedback.InvalidFeedbackException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document token by token, and refuses with the path of the value.
 *
 * <p>The limits are enforced here, not by {@code StreamReadConstraints}, which Jackson 2.13 and
 * 2.14 do not have; each is below that of a Jackson that has them.
 */
final class FormReader {
  /** The number of objects and lists inside each other in one value of the metadata. */
  static final int MAX_DEPTH = 64;

  /** In characters. */
  static final int MAX_NUMBER = 1_000;

  /** A power of ten: a short number with a large one takes gigabytes as an integer. */
  static final int MAX_EXPONENT = 10_000;

  /** In characters. */
  static final int MAX_NAME = 10_000;

  /** In one value of the metadata; as the model allows. */
  private static final int MAX_VALUES = 100_000;

  /** What a path shows as it is; any other name is quoted, escaped and cut. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_$/-]{1,64}");

  private static final int MAX_SHOWN = 32;

  private final JsonParser parser;
  private final boolean isLenient;
  private final String root;
  private final StringBuilder path = new StringBuilder();
  private boolean isVersionKnown;
  private @Nullable JsonStreamContext document;
  private @Nullable InvalidFeedbackException last;

  /**
   * A reader for one document.
   *
   * @param isLenient whether unknown fields are ignored
   * @param root what messages call the document as a whole
   */
  FormReader(JsonParser parser, boolean isLenient, String root) {
    this.parser = parser;
    this.isLenient = isLenient;
    this.root = root;
  }

  /**
   * Reads a document by its form; the parser is at its first token.
   *
   * @throws InvalidFeedbackException if it is JSON, but not this form
   */
  <T> T read(Document<T> document) throws IOException {
    try {
      return document.read(this);
    } catch (InvalidFeedbackException e) {
      throw preferLaterVersion(e);
    }
  }

  /** Reads a document as a whole. */
  interface Document<T> {
    T read(FormReader in) throws IOException;
  }

  /** The fields of the document, without its version, which is checked here. */
  Fields document(boolean needsVersion) {
    return new Fields(true, needsVersion);
  }

  /** The fields of the object at which the reader is. */
  Fields object() {
    return new Fields(false, false);
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  boolean isNumber() {
    JsonToken token = parser.currentToken();
    return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
  }

  boolean isLenient() {
    return isLenient;
  }

  String text() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw refused("must be a string, but is " + kind());
    }
    String text = parser.getText();
    if (!isWellFormed(text)) {
      throw refused(
          "must be well-formed text, but has an unpaired surrogate (was an emoji cut in two?)");
    }
    return text;
  }

  private static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  BigDecimal decimal() throws IOException {
    if (!isNumber()) {
      throw refused("must be a number, but is " + kind());
    }
    String text = parser.getText();
    if (text.length() > MAX_NUMBER) {
      throw refused(LONG_NUMBER);
    }
    BigDecimal number;
    try {
      number = new BigDecimal(text);
    } catch (NumberFormatException e) { // YAML has other spellings, and exponents beyond all bounds
      throw refused(LONG_NUMBER);
    }
    if (!isModest(number)) {
      throw refused(LONG_NUMBER);
    }
    return number;
  }

  private static final String LONG_NUMBER =
      String.format(
          Locale.ROOT,
          "must be a number of at most %,d characters, with an exponent of at most %,d",
          MAX_NUMBER,
          MAX_EXPONENT);

  /** Whether it is within the limits for numbers, but for its length. */
  static boolean isModest(BigDecimal number) {
    return Math.abs((long) number.scale()) <= MAX_EXPONENT;
  }

  double number() throws IOException {
    double number = decimal().doubleValue();
    if (!Double.isFinite(number)) {
      throw refused("must be a number that a double can represent");
    }
    return number;
  }

  int integer() throws IOException {
    try {
      return decimal().intValueExact();
    } catch (ArithmeticException e) {
      throw refused("must be an integer of 32 bits");
    }
  }

  /** One of the constants, by their names. */
  <E extends Enum<E>> E constant(Class<E> type) throws IOException {
    String name = text();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw refused("must be one of " + List.of(type.getEnumConstants()));
  }

  List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    each(() -> texts.add(text()));
    return texts;
  }

  /** Reads a list, item by item. */
  void each(Item item) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw refused("must be an array, but is " + kind());
    }
    int end = path.length();
    for (int i = 0; ; i++) {
      path.append('[').append(i).append(']'); // also of what Jackson refuses
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw refused("ends too early");
      } else if (token == JsonToken.END_ARRAY) {
        path.setLength(end);
        return;
      }
      item.read();
      path.setLength(end);
    }
  }

  /** Reads one item; the reader is at its first token. */
  interface Item {
    void read() throws IOException;
  }

  /** Any JSON, as the metadata of a feedback holds it. */
  @Nullable Object value() throws IOException {
    return value(0, new int[] {0});
  }

  private @Nullable Object value(int depth, int[] count) throws IOException {
    if (++count[0] > MAX_VALUES) {
      throw refused(String.format(Locale.ROOT, "must hold at most %,d values", MAX_VALUES));
    }
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw refused("ends too early");
    }
    return switch (token) {
      case START_OBJECT -> map(depth, count);
      case START_ARRAY -> list(depth, count);
      case VALUE_NUMBER_INT -> narrowest(decimal().toBigInteger());
      case VALUE_NUMBER_FLOAT -> narrowest(decimal());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> text();
    };
  }

  private Map<String, @Nullable Object> map(int depth, int[] count) throws IOException {
    checkDepth(depth);
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Fields fields = object(); fields.next(); ) {
      map.put(fields.name(), value(depth + 1, count));
    }
    return map;
  }

  private List<@Nullable Object> list(int depth, int[] count) throws IOException {
    checkDepth(depth);
    List<@Nullable Object> list = new ArrayList<>();
    each(() -> list.add(value(depth + 1, count)));
    return list;
  }

  private void checkDepth(int depth) {
    if (depth >= MAX_DEPTH) {
      document = null; // what is this deep is not searched for a version
      throw refused("must not be nested more than " + MAX_DEPTH + " deep");
    }
  }

  private static Number narrowest(BigInteger integer) {
    if (integer.bitLength() < Integer.SIZE) {
      return integer.intValue();
    }
    return integer.bitLength() < Long.SIZE ? (Number) integer.longValue() : integer;
  }

  /** A double if it is written the same way, and all digits otherwise. */
  private Number narrowest(BigDecimal decimal) throws IOException {
    double number = decimal.doubleValue();
    if (number == 0 && decimal.signum() == 0) {
      return parser.getText().startsWith("-") ? -0.0 : 0.0;
    }
    boolean isExact =
        Double.isFinite(number) && new BigDecimal(Double.toString(number)).compareTo(decimal) == 0;
    return isExact ? (Number) number : decimal;
  }

  /** An unknown field: skipped or refused. */
  void unknown() throws IOException {
    if (!isLenient) {
      throw refused("is not a known field");
    }
    skip();
  }

  /** Like {@code skipChildren()}, but not to any depth. */
  void skip() throws IOException {
    int depth = 0;
    for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
      if (token.isStructStart()) {
        checkDepth(depth++);
      } else if (token.isStructEnd()) {
        depth--;
      }
      if (depth == 0) {
        return;
      }
    }
  }

  /** Has the model check what was read; a refusal gets the path. */
  void check(Check check) throws IOException {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      throw e == last ? e : refused(String.valueOf(e.getMessage()));
    }
  }

  /** Gives the model what was read. */
  interface Check {
    void run() throws IOException;
  }

  /** A refusal of a value at this path, below the object or the list that the reader is in. */
  InvalidFeedbackException refused(String name, String rule) {
    enter(name);
    return refused(rule);
  }

  /** A refusal of the value at which the reader is. */
  InvalidFeedbackException refused(String rule) {
    String field = path();
    String repeated = field + " ";
    last =
        new InvalidFeedbackException(
            field,
            field + ": " + (rule.startsWith(repeated) ? rule.substring(repeated.length()) : rule));
    return last;
  }

  /**
   * A refusal of what the parser could not read. Where Jackson has limits, it refuses a number
   * before this class sees it; the message is without Jackson's, which quotes the document.
   */
  InvalidFeedbackException unreadable(JsonProcessingException e) {
    if (e.getClass().getSimpleName().equals("StreamConstraintsException")) { // since 2.15
      return refused("has a number or a name that is too long, or is nested too deep");
    }
    return refused(
        e.getLocation() == null
            ? "is not valid JSON"
            : "is not valid JSON at line %d, column %d"
                .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
  }

  private String path() {
    return path.length() == 0 ? root : path.toString();
  }

  private void enter(String name) {
    if (PLAIN_NAME.matcher(name).matches()) {
      path.append(path.length() == 0 ? "" : ".").append(name);
    } else {
      path.append("[\"").append(shown(name)).append("\"]");
    }
  }

  /** A name that somebody else chose, so that it cannot begin a line of a log or fill it. */
  private static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(name.length(), MAX_SHOWN); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        shown.append("\\u%04x".formatted((int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.append(name.length() > MAX_SHOWN ? "…" : "").toString();
  }

  private String kind() {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return "missing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "no JSON value";
    };
  }

  private void checkVersion() throws IOException {
    isVersionKnown = true;
    if (isLaterVersion()) {
      throw laterVersion();
    } else if (decimal().compareTo(BigDecimal.valueOf(Form.VERSION)) != 0) {
      throw refused("must be " + Form.VERSION);
    }
  }

  private boolean isLaterVersion() throws IOException {
    return isNumber() && decimal().compareTo(BigDecimal.valueOf(Form.VERSION)) > 0;
  }

  private InvalidFeedbackException laterVersion() {
    return refused(
        "only version " + Form.VERSION + " is known; was it written by a later version?");
  }

  /**
   * What looks wrong may only be new: if the version is still to come, it is looked up, and a later
   * one is what is refused.
   */
  private InvalidFeedbackException preferLaterVersion(InvalidFeedbackException refusal)
      throws IOException {
    if (isVersionKnown || document == null) {
      return refusal;
    }
    int depth = 0;
    for (JsonStreamContext context = parser.getParsingContext(); context != document; depth++) {
      if (context == null) {
        return refusal; // the document was read to its end
      }
      context = context.getParent();
    }
    while (depth >= 0 && depth <= MAX_DEPTH) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return refusal;
      } else if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (depth == 0 && token == JsonToken.FIELD_NAME && isVersion(parser.currentName())) {
        parser.nextToken();
        path.setLength(0);
        path.append("v");
        return isLaterVersion() ? laterVersion() : refusal;
      }
    }
    return refusal;
  }

  private static boolean isVersion(String name) {
    return name.equals("v");
  }

  /** The fields of an object, one after the other, each name once. */
  final class Fields {
    private final boolean isDocument;
    private final boolean needsVersion;
    private final int end = path.length();
    private final Set<String> names = new HashSet<>();
    private String name = "";

    /** A mapper that reads the document's type from its first field begins behind that. */
    private boolean isBegun;

    private Fields(boolean isDocument, boolean needsVersion) {
      this.isDocument = isDocument;
      this.needsVersion = needsVersion;
      JsonToken token = parser.currentToken();
      isBegun = isDocument && (token == JsonToken.FIELD_NAME || token == JsonToken.END_OBJECT);
      if (isDocument && token == null) {
        throw refused("must be an object, but is empty");
      } else if (token != JsonToken.START_OBJECT && !isBegun) {
        throw refused("must be an object, but is " + kind());
      }
      if (isDocument && token != JsonToken.END_OBJECT) {
        document = parser.getParsingContext();
      }
    }

    /** Moves to the value of the next field; returns false at the end of the object. */
    boolean next() throws IOException {
      path.setLength(end);
      while (nextToken() == JsonToken.FIELD_NAME) {
        name = parser.currentName();
        if (name.length() > MAX_NAME) {
          throw refused(
              String.format(Locale.ROOT, "must have names of at most %,d characters", MAX_NAME));
        } else if (!isWellFormed(name)) {
          throw refused("must have well-formed names, but one has an unpaired surrogate");
        }
        enter(name);
        if (!names.add(name)) {
          throw refused("must not be given twice");
        }
        parser.nextToken();
        if (!isDocument || !isVersion(name)) {
          return true;
        }
        checkVersion();
        path.setLength(end);
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw refused("ends too early");
      }
      if (needsVersion && !isVersionKnown) {
        throw refused("v", "is missing; this is version " + Form.VERSION);
      }
      return false;
    }

    /** Jackson looks at a number when it reads its name: what it refuses is that field's. */
    private @Nullable JsonToken nextToken() throws IOException {
      if (isBegun) {
        isBegun = false;
        return parser.currentToken();
      }
      try {
        return parser.nextToken();
      } catch (JsonProcessingException e) {
        String current = parser.getParsingContext().getCurrentName();
        if (current != null && !names.contains(current)) {
          enter(current);
        }
        throw e;
      }
    }

    String name() {
      return name;
    }

    /** A refusal of the object as a whole. */
    InvalidFeedbackException refusedAsAWhole(String rule) {
      path.setLength(end);
      return refused(rule);
    }
  }
}
