package io.github.llmfeedback;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a receipt, form 1: {@code fr1.<provider>.<rest>.<check>}; signed, {@code
 * fs1.<provider>.<rest>.<signature>}. {@code Receipt} defines what the rest contains.
 *
 * <p>The rest is a sequence of texts, each preceded by its length, in base64url; the check is the
 * CRC-32 of everything before it, the signature its HMAC-SHA256 in base64url. Every later version
 * can read what an earlier one wrote.
 */
final class ReceiptText {
  private static final String FORM = "fr1";
  private static final String SIGNED = "fs1";

  private static final String HMAC = "HmacSHA256";

  /** The number of bytes in an HMAC-SHA256; a shorter secret would be its weakest part. */
  private static final int SHORTEST_SECRET = 32;

  private ReceiptText() {}

  static String write(String provider, Consumer<Writer> rest) {
    String body = body(FORM, provider, rest);
    return body + "." + check(body);
  }

  static String write(String provider, Consumer<Writer> rest, String secret) {
    SecretKeySpec key = key(secret);
    String body = body(SIGNED, provider, rest);
    return body + "." + signature(body, key);
  }

  private static String body(String form, String provider, Consumer<Writer> rest) {
    Writer writer = new Writer();
    rest.accept(writer);
    return form + "." + provider + "." + writer.base64();
  }

  /** Returns what {@code rest} makes of the provider and the rest of a text that is not signed. */
  static <T> T read(@Nullable String text, BiFunction<String, Reader, T> rest) {
    if (text == null) {
      throw new InvalidFeedbackException("receipt text", "receipt text must not be null");
    }
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    if (start <= form) {
      throw unreadable("it is not the text of a receipt");
    }
    if (text.startsWith(SIGNED + ".")) {
      throw unreadable("it is signed; read it with Receipt.parse(text, secret)");
    }
    if (!text.startsWith(FORM + ".")) {
      throw unreadable("only form " + FORM + " is known; was it written by a later version?");
    }
    if (!check(text.substring(0, end)).equals(text.substring(end + 1))) {
      throw unreadable("its check does not match; it was cut or changed");
    }
    return checked(text, rest);
  }

  /** Like {@link #read(String, BiFunction)}, for a text that is signed. */
  static <T> T read(@Nullable String text, String secret, BiFunction<String, Reader, T> rest) {
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

  private static <T> T checked(String text, BiFunction<String, Reader, T> rest) {
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    try {
      Reader reader = new Reader(Base64.getUrlDecoder().decode(text.substring(start + 1, end)));
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

  private static String check(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
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

  /** Writes texts and numbers one after the other. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Writes seven bits per byte, the lowest first. */
    void number(int number) {
      int rest = number;
      while (rest > 0x7f) {
        bytes.write((rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      bytes.write(rest);
    }

    Writer text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      number(utf8.length);
      bytes.writeBytes(utf8);
      return this;
    }

    void texts(List<String> texts) {
      number(texts.size());
      texts.forEach(this::text);
    }

    private String base64() {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }
  }

  /** Reads what a {@link Writer} wrote, in the same order. */
  static final class Reader {
    private final ByteBuffer bytes;

    private Reader(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes);
    }

    int number() {
      int number = 0;
      for (int shift = 0; shift < 32; shift += 7) {
        byte next = bytes.get();
        number |= (next & 0x7f) << shift;
        if (next >= 0) {
          return number;
        }
      }
      throw new IllegalArgumentException("a number never ends");
    }

    String text() {
      int length = number();
      if (length > bytes.remaining()) {
        throw new IllegalArgumentException("a text is longer than what is left");
      }
      byte[] utf8 = new byte[length];
      bytes.get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    }

    List<String> texts() {
      List<String> texts = new ArrayList<>();
      for (int i = number(); i > 0; i--) {
        texts.add(text());
      }
      return texts;
    }
  }
}
