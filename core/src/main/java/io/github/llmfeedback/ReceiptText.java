package io.github.llmfeedback;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a receipt, form 1: {@code fr1.<provider>.<rest>.<check>}; signed, {@code
 * fs1.<provider>.<rest>.<signature>}. {@code Receipt} defines what the rest contains.
 *
 * <p>The signature is the HMAC-SHA256 of everything before it, in base64url; the rest and the check
 * are as in {@link CheckedText}. Every later version can read what an earlier one wrote.
 */
final class ReceiptText {
  private static final String FORM = "fr1";
  private static final String SIGNED = "fs1";

  private static final String HMAC = "HmacSHA256";

  /** The number of bytes in an HMAC-SHA256; a shorter secret would be its weakest part. */
  private static final int SHORTEST_SECRET = 32;

  private ReceiptText() {}

  static String write(String provider, Consumer<CheckedText.Writer> rest) {
    String body = body(FORM, provider, rest);
    return CheckedText.sealed(body);
  }

  static String write(String provider, Consumer<CheckedText.Writer> rest, String secret) {
    SecretKeySpec key = key(secret);
    String body = body(SIGNED, provider, rest);
    return body + "." + signature(body, key);
  }

  private static String body(String form, String provider, Consumer<CheckedText.Writer> rest) {
    CheckedText.Writer writer = new CheckedText.Writer();
    rest.accept(writer);
    return form + "." + provider + "." + writer.base64();
  }

  /** Returns what {@code rest} makes of the provider and the rest of a text that is not signed. */
  static <T> T read(@Nullable String text, BiFunction<String, CheckedText.Reader, T> rest) {
    if (text == null) {
      throw new InvalidFeedbackException("receipt text", "receipt text must not be null");
    }
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    if (CheckedText.isOf(text, CheckedText.TARGET)) {
      throw unreadable("it is the text of a target; read it with Target.parse");
    }
    if (start <= form) {
      throw unreadable("it is not the text of a receipt");
    }
    if (text.startsWith(SIGNED + ".")) {
      throw unreadable("it is signed; read it with Receipt.parse(text, secret)");
    }
    if (!text.startsWith(FORM + ".")) {
      throw unreadable("only form " + FORM + " is known; was it written by a later version?");
    }
    if (!CheckedText.isWhole(text)) {
      throw unreadable("its check does not match; it was cut or changed");
    }
    return checked(text, rest);
  }

  /** Like {@link #read(String, BiFunction)}, for a text that is signed. */
  static <T> T read(
      @Nullable String text, String secret, BiFunction<String, CheckedText.Reader, T> rest) {
    SecretKeySpec key = key(secret);
    if (text == null) {
      throw new InvalidFeedbackException("receipt text", "receipt text must not be null");
    }
    if (text.startsWith(FORM + ".")) {
      throw unreadable(
          "it is not signed; Receipt.parse(text) reads it, which is right only where nobody but"
              + " the application can have written it");
    }
    int end = text.lastIndexOf('.');
    if (!text.startsWith(SIGNED + ".")
        || !isEqual(signature(text.substring(0, end), key), text.substring(end + 1))) {
      throw unreadable(
          "its signature does not match; it was cut or changed, or signed with another secret or by"
              + " a later version");
    }
    return checked(text, rest);
  }

  private static <T> T checked(String text, BiFunction<String, CheckedText.Reader, T> rest) {
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    try {
      CheckedText.Reader reader = new CheckedText.Reader(text.substring(start + 1, end));
      return rest.apply(text.substring(form + 1, start), reader);
    } catch (InvalidFeedbackException e) { // an earlier version accepted more as a name
      throw unreadable("its " + e.getMessage());
    } catch (RuntimeException e) {
      throw unreadable("its content is not a receipt");
    }
  }

  private static InvalidFeedbackException unreadable(String why) {
    return new InvalidFeedbackException(
        "receipt text", "this text cannot be read as a receipt: " + why);
  }

  private static SecretKeySpec key(String secret) {
    Objects.requireNonNull(secret, "secret must not be null");
    if (secret.length() < SHORTEST_SECRET) {
      throw new IllegalArgumentException(
          "secret must have at least "
              + SHORTEST_SECRET
              + " characters, but has "
              + secret.length());
    }
    return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC);
  }

  private static String signature(String body, SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      byte[] signature = mac.doFinal(body.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /**
   * Takes the same time wherever they differ. Compares the texts, because base64 has several for
   * the same bytes.
   */
  private static boolean isEqual(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }
}
