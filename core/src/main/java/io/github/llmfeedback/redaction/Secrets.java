package io.github.llmfeedback.redaction;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Masks secrets in text from others. There is one rule: half of a secret or more is masked, in any
 * case and however it is escaped; half is at least 8 characters, except that for a secret of 8
 * characters it is 7.
 *
 * <p>Pieces of 4 characters or more count together if they are close to each other, so that a
 * secret that lacks a character in its middle is masked, too. Masking takes time in proportion to
 * the length of the text.
 */
public final class Secrets {
  /** A shorter secret may be an ordinary word; masking it would garble texts and reveal it. */
  static final int SHORTEST = 8;

  private static final String MASK = "██";

  /** Shorter pieces of a secret reveal nothing. */
  private static final int PIECE = 4;

  /** From this length on, a secret that lacks one character still has enough pieces. */
  private static final int LONG = 12;

  /** Nobody can be expected to read a text that was escaped more often than this. */
  private static final int LAYERS = 4;

  /**
   * How many characters one character of a secret becomes when it is escaped, and the escape is
   * escaped again.
   */
  private static final int LONGEST_ESCAPE = 12;

  /** How a text can end if it was cut inside an escape, or inside an escape of an escape. */
  private static final Pattern HALF_AN_ESCAPE =
      Pattern.compile("(\\\\+(u[0-9a-fA-F]{0,3})?|%[0-9a-fA-F]?|&(#?[0-9a-zA-Z]*))+\\z");

  private final List<Secret> secrets;
  private final int longest;

  public Secrets(List<String> secrets) {
    Set<String> forms = new LinkedHashSet<>();
    for (String secret : secrets) {
      if (secret.length() >= SHORTEST) {
        Decoded form = Decoded.raw(secret);
        for (int layer = 0; layer < LAYERS; layer++) { // as it looks once a text is decoded
          if (form.length() >= SHORTEST) {
            forms.add(form.toString());
          }
          form = form.next();
        }
      }
    }
    this.secrets = forms.stream().map(Secret::new).toList();
    this.longest = forms.stream().mapToInt(String::length).max().orElse(0);
  }

  /** The text with every secret in it masked. */
  public String mask(String text) {
    return mask(text, false);
  }

  /**
   * Like {@link #mask}, for the first characters of the text.
   *
   * @param most how many characters are returned at most
   * @param isCut whether the text may have been cut inside a secret
   */
  public String excerpt(String text, int most, boolean isCut) {
    int enough = most + longest * LONGEST_ESCAPE; // a secret that begins in the excerpt is seen
    boolean isLonger = text.length() > enough;
    String clean = mask(isLonger ? text.substring(0, enough) : text, isCut || isLonger);
    if (clean.length() <= most) {
      return clean;
    }
    boolean inside = Character.isHighSurrogate(clean.charAt(most - 1));
    return clean.substring(0, inside ? most - 1 : most);
  }

  /** Like {@link #mask}, for a text that may have been cut inside a secret. */
  public String maskCut(String text) {
    return mask(text, true);
  }

  private String mask(String text, boolean isCut) {
    if (secrets.isEmpty() || (!Decoded.mayBeEscaped(text) && !hasPiece(text))) {
      return text;
    }
    // For each index: where the longest masked range that begins there ends.
    int[] ends = new int[text.length() + 1];
    Decoded layer = Decoded.raw(text);
    for (int i = 0; i < LAYERS; i++) {
      for (Secret secret : secrets) {
        secret.find(layer, isCut, ends);
      }
      if (isCut) { // or half an escape would be read as a character
        layer.endAt(endBeforeHalfAnEscape(layer));
      }
      Decoded next = layer.next();
      if (next == layer) {
        break;
      }
      layer = next;
    }
    StringBuilder clean = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      if (ends[i] > i) {
        i = end(i, ends);
        clean.append(MASK);
      } else {
        clean.append(text.charAt(i++));
      }
    }
    return clean.toString();
  }

  /** Whether a text has a piece of a secret; without one, no part of it is masked. */
  private boolean hasPiece(String text) {
    for (Secret secret : secrets) {
      if (secret.hasPieceIn(text)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where the incomplete escape begins with which a text ends; the text's length if there is none.
   */
  private static int endBeforeHalfAnEscape(Decoded text) {
    int tail = Math.max(0, text.length() - LONGEST_ESCAPE);
    Matcher half = HALF_AN_ESCAPE.matcher(text.from(tail));
    return half.find() ? tail + half.start() : text.length();
  }

  /** The end of the range that begins here and of all those that it overlaps with. */
  private static int end(int start, int[] ends) {
    int end = ends[start];
    for (int i = start; i < end; i++) {
      end = Math.max(end, ends[i]);
    }
    return end;
  }

  /** One secret, in lower case. */
  private static final class Secret {
    private final String text;
    private final int enough;
    private final long[] pieces;

    Secret(String text) {
      this.text = text;
      int half = (text.length() + 1) / 2;
      this.enough = text.length() == SHORTEST ? SHORTEST - 1 : Math.max(SHORTEST, half);
      this.pieces =
          IntStream.rangeClosed(PIECE, text.length())
              .mapToLong(i -> piece(at(i - 4), at(i - 3), at(i - 2), at(i - 1)))
              .sorted()
              .toArray();
    }

    private boolean isPiece(long piece) {
      return Arrays.binarySearch(pieces, piece) >= 0;
    }

    /** Whether a text without escapes has a piece of the secret. */
    boolean hasPieceIn(String plain) {
      long piece = 0;
      for (int i = 0; i < plain.length(); i++) {
        piece = piece << 16 | Decoded.folded(plain.charAt(i));
        if (i + 1 >= PIECE && isPiece(piece)) {
          return true;
        }
      }
      return false;
    }

    private char at(int i) {
      return text.charAt(i);
    }

    private static long piece(long a, long b, long c, long d) {
      return a << 48 | b << 32 | c << 16 | d;
    }

    /** Notes what a text contains of the secret. */
    void find(Decoded in, boolean isCut, int[] ends) {
      // Whole occurrences, each separately, and then the pieces that remain.
      boolean[] belongs = inPieces(in);
      if (isCut) {
        noteCut(in, in.length(), belongs, ends);
        noteCut(in, endBeforeHalfAnEscape(in), belongs, ends);
      }
      String all = in.toString();
      for (int i = all.indexOf(text); i >= 0; i = all.indexOf(text, i + text.length())) {
        note(in, i, i + text.length(), ends);
        Arrays.fill(belongs, i, i + text.length(), false);
      }
      findPieces(in, belongs, ends);
      if (text.length() < LONG) {
        for (int i = 0; i < in.length(); i++) {
          note(in, i, endOfAlmost(in, i), ends);
        }
      }
    }

    /** Masks the piece that ends here, and what may be half an escape of its next character. */
    private static void noteCut(Decoded in, int end, boolean[] belongs, int[] ends) {
      int from = end;
      while (from > 0 && belongs[from - 1]) {
        from--;
      }
      if (from < end) {
        note(in, from, in.length(), ends);
      }
    }

    /** Which characters of a text belong to a piece of the secret. */
    private boolean[] inPieces(Decoded in) {
      boolean[] belongs = new boolean[in.length()];
      for (int i = PIECE; i <= in.length(); i++) {
        long piece = piece(in.charAt(i - 4), in.charAt(i - 3), in.charAt(i - 2), in.charAt(i - 1));
        if (isPiece(piece)) {
          Arrays.fill(belongs, i - PIECE, i, true);
        }
      }
      return belongs;
    }

    /**
     * Masks the pieces of the secret that together are enough, within a range of twice its length.
     */
    private void findPieces(Decoded in, boolean[] belongs, int[] ends) {
      int first = 0; // of the range
      int count = 0;
      for (int last = 0; last < in.length(); last++) {
        if (belongs[last]) {
          count++;
          while (!belongs[first] || last - first >= 2 * text.length()) {
            count -= belongs[first] ? 1 : 0;
            first++;
          }
          if (count >= enough) {
            note(in, first, last + 1, ends);
          }
        }
      }
    }

    /**
     * Where the secret that begins here ends, even if one character of it is missing, changed or
     * added; this index if it does not begin here.
     */
    private int endOfAlmost(Decoded in, int i) {
      int same = common(in, i, 0);
      if (same == text.length() || common(in, i + same, same + 1) == text.length() - same - 1) {
        return i + text.length() - (same == text.length() ? 0 : 1);
      } else if (same == 0) {
        return i;
      } else if (common(in, i + same + 1, same + 1) == text.length() - same - 1) {
        return i + text.length();
      }
      return common(in, i + same + 1, same) == text.length() - same ? i + text.length() + 1 : i;
    }

    private int common(Decoded in, int i, int from) {
      int count = 0;
      while (i + count < in.length()
          && from + count < text.length()
          && in.charAt(i + count) == at(from + count)) {
        count++;
      }
      return count;
    }

    private static void note(Decoded in, int from, int to, int[] ends) {
      if (from < to) {
        ends[in.start(from)] = Math.max(ends[in.start(from)], in.start(to));
      }
    }
  }
}
