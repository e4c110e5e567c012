package io.github.llmfeedback;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Texts that an application stores and later gives back: {@code <form>.<body>.<check>}, in ASCII
 * letters, digits and {@code . - _}.
 *
 * <p>The form consists of two letters, which say what it is the text of, and a version. The body
 * ends in a sequence of texts, each preceded by its length, in base64url. The check is the CRC-32
 * of everything before it; it detects accidents, not forgery.
 */
final class CheckedText {
  static final String TARGET = "ft";
  static final String RECEIPT = "fr";
  static final String SIGNED_RECEIPT = "fs";

  private CheckedText() {}

  /** The text, with its check at the end. */
  static String sealed(String formAndBody) {
    return formAndBody + "." + check(formAndBody);
  }

  /** Whether the last part of the text is the check of those before. */
  static boolean isWhole(String text) {
    int end = text.lastIndexOf('.');
    return end >= 0 && check(text.substring(0, end)).equals(text.substring(end + 1));
  }

  /** Whether the text has a form that begins with these letters, of any version. */
  static boolean isOf(String text, String letters) {
    int end = text.indexOf('.');
    return text.startsWith(letters)
        && end > letters.length()
        && text.substring(letters.length(), end).chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static String check(String formAndBody) {
    CRC32 crc = new CRC32();
    crc.update(formAndBody.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
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

    String base64() {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }
  }

  /** Reads what a {@link Writer} wrote, in the same order. */
  static final class Reader {
    private final ByteBuffer bytes;

    Reader(String base64) {
      bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(base64));
    }

    boolean isAtEnd() {
      return !bytes.hasRemaining();
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
