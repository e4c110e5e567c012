package io.github.llmfeedback;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a receipt, form 1: {@code fr1.<provider>.<rest>.<check>}; signed, {@code
 * fs1.<provider>.<rest>.<signature>}.
 *
 * <p>The rest is a sequence of texts, each with its length before it, in base64url; the check is
 * the CRC-32 of all before it, the signature its HMAC-SHA256 in base64url. What is once written can
 * be read by every later version.
 */
final class ReceiptText {
  private static final String FORM = "fr1";
  private static final String SIGNED = "fs1";

  private static final String HMAC = "HmacSHA256";

  /** As many as HMAC-SHA256 has bytes; a shorter secret would be the weakest part of it. */
  private static final int SHORTEST_SECRET = 32;

  private ReceiptText() {}

  static String write(Receipt receipt) {
    String body = body(FORM, receipt);
    return body + "." + check(body);
  }

  static String write(Receipt receipt, String secret) {
    SecretKeySpec key = key(secret);
    String body = body(SIGNED, receipt);
    return body + "." + signature(body, key);
  }

  private static String body(String form, Receipt receipt) {
    Writer rest = new Writer();
    rest.text(receipt.assurance().name()).text(receipt.target()).texts(receipt.ids());
    rest.number(receipt.state().size());
    receipt.state().forEach((key, values) -> rest.text(key).texts(values));
    rest.number(receipt.losses().size());
    for (Loss loss : receipt.losses()) {
      rest.text(loss.part().name()).text(loss.kind().name()).text(loss.detail());
    }
    return form + "." + receipt.provider() + "." + rest.base64();
  }

  static Receipt parse(@Nullable String text) {
    if (text == null) {
      throw new InvalidFeedbackException("receipt text", "receipt text must not be null");
    }
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    if (start <= form) {
      throw unreadable("it is no receipt's text");
    }
    if (text.startsWith(SIGNED + ".")) {
      throw unreadable("it is signed; read it with Receipt.parse(text, secret)");
    }
    if (!text.startsWith(FORM + ".")) {
      throw unreadable("only form " + FORM + " is known; was it written by a later version?");
    }
    if (!check(text.substring(0, end)).equals(text.substring(end + 1))) {
      throw unreadable("its check does not fit; it was cut or changed");
    }
    return read(text);
  }

  static Receipt parse(@Nullable String text, String secret) {
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
          "its signature does not fit; it was cut or changed, or signed with another secret or by"
              + " a later version");
    }
    return read(text);
  }

  /** What a text that was checked holds. */
  private static Receipt read(String text) {
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1);
    int form = text.indexOf('.');
    try {
      Reader rest = new Reader(Base64.getUrlDecoder().decode(text.substring(start + 1, end)));
      Assurance assurance = Assurance.valueOf(rest.text());
      Receipt.Builder receipt = Receipt.builder(text.substring(form + 1, start), rest.text());
      receipt.assurance(assurance).ids(rest.texts());
      Map<String, List<String>> state = new LinkedHashMap<>();
      for (int i = rest.number(); i > 0; i--) {
        state.put(rest.text(), rest.texts());
      }
      List<Loss> losses = new ArrayList<>();
      for (int i = rest.number(); i > 0; i--) {
        losses.add(
            new Loss(Part.valueOf(rest.text()), Loss.Kind.valueOf(rest.text()), rest.text()));
      }
      return receipt.state(state).losses(losses).build();
    } catch (InvalidFeedbackException e) { // an earlier version took more for a name
      throw unreadable("its " + e.getMessage());
    } catch (RuntimeException e) {
      throw unreadable("what it holds is no receipt");
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

  /** Takes as long wherever they differ. The texts, for base64 has several for the same bytes. */
  private static boolean isEqual(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }

  private static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Seven bits a byte, the lowest first. */
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

    String base64() {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }
  }

  private static final class Reader {
    private final ByteBuffer bytes;

    Reader(byte[] bytes) {
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
