package io.github.llmfeedback.redaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replaces an exception from other code before the application sees it: it has the classes and the
 * stack of the original, without its text.
 *
 * <p>OkHttp puts a malformed status line, a header's name or the names in a certificate into its
 * messages, and a dialect's bug may quote the person. Only messages that are known to be constant
 * are kept.
 */
public final class ForeignException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The messages of JDK 17 to 25 and of OkHttp 4.12 and 5 that contain no text from a peer. */
  private static final Pattern CONSTANT =
      Pattern.compile(
          "Connection refused( \\(Connection refused\\))?"
              + "|Connection reset( by peer)?"
              + "|Connection closed by peer"
              + "|Connection timed out( \\(Connection timed out\\))?"
              + "|Connection or outbound has closed"
              + "|Broken pipe( \\(Write failed\\))?"
              + "|Network is unreachable( \\(connect failed\\))?"
              + "|No route to host( \\(Host unreachable\\))?"
              + "|Socket closed|Socket is closed|Stream closed|closed"
              + "|Socket output is already shutdown|Socket input is already shutdown"
              + "|Read timed out|Connect timed out|connect timed out|timeout|timed out"
              + "|Canceled|executor rejected"
              + "|unexpected end of stream|stream finished|connection closed"
              + "|Remote host terminated the handshake"
              + "|SSL peer shut down incorrectly"
              + "|Unable to find acceptable protocols"
              + "|Too many follow-up requests: [0-9]{1,3}"
              + "|stream was reset: [A-Z_]{1,40}"
              + "|Received fatal alert: [a-z_]{1,40}"
              + "|abandoned before anything was sent");

  private ForeignException(String message) {
    super(message);
  }

  /** The exception itself if this library created it, else its replacement. */
  public static IOException of(Throwable original) {
    if (isOwn(original) && original.getCause() == null && original.getSuppressed().length == 0) {
      return (IOException) original;
    }
    List<Throwable> chain;
    String message;
    try {
      chain = chain(original);
      message = message(chain);
    } catch (RuntimeException e) { // an exception that overrides its methods, badly
      chain = List.of(original);
      message = original.getClass().getName();
    }
    IOException clean;
    if (original instanceof KnownException && original.getCause() != null) {
      clean = new KnownException(String.valueOf(original.getMessage()), of(original.getCause()));
      clean.setStackTrace(original.getStackTrace());
    } else {
      clean = new ForeignException(message);
      clean.setStackTrace(blamed(chain).getStackTrace());
    }
    return clean;
  }

  /** The exception and its causes, and the bugs that OkHttp only suppresses. */
  private static List<Throwable> chain(Throwable original) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = original;
        t != null && chain.size() < KnownException.DEEPEST && seen.add(t);
        t = t.getCause()) {
      chain.add(t);
    }
    for (Throwable t : original.getSuppressed()) {
      if (isBug(t) && chain.size() < KnownException.DEEPEST && seen.add(t)) {
        chain.add(t);
      }
    }
    return chain;
  }

  private static String message(List<Throwable> chain) {
    String first = named(chain.get(0));
    return chain.size() == 1
        ? first
        : first
            + chain.stream()
                .skip(1)
                .map(ForeignException::named)
                .collect(Collectors.joining(", by ", " (by ", ")"));
  }

  private static String named(Throwable t) {
    String said = said(t);
    return t.getClass().getName() + (said == null ? "" : ": " + said);
  }

  /** The message, if it is certain to contain no text from others. */
  private static @Nullable String said(Throwable t) {
    String message = t.getMessage();
    return message != null
            && (isOwn(t)
                || t instanceof LinkageError // class names, which help to find the jar
                || CONSTANT.matcher(message).matches())
        ? message
        : null;
  }

  /** The exception whose stack is most useful: that of a bug, which shows where it is. */
  private static Throwable blamed(List<Throwable> chain) {
    return chain.stream().filter(ForeignException::isBug).findFirst().orElse(chain.get(0));
  }

  private static boolean isOwn(Throwable t) {
    return t instanceof KnownException || t instanceof ForeignException;
  }

  private static boolean isBug(Throwable t) {
    return t instanceof RuntimeException || t instanceof Error;
  }
}
