package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.json.FeedbackJson;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How feedback stands in a row. */
final class Rows {
  /** The version of the form that this version of the library writes. */
  static final int FORM_VERSION = 1;

  /**
   * Since when an entry is due that somebody wants to be tried once more, or elsewhere: at once,
   * and however long it has been pending.
   */
  static final int NOT_TOO_OLD = -1;

  private static final FeedbackJson JSON = FeedbackJson.strict();
  private static final int MAX_DETAIL = 500;

  /** In seconds: ten thousand years. */
  private static final long FOREVER = 316_000_000_000L;

  private Rows() {}

  /** What an entry adds to each lane. */
  record Added(UUID id, long targetHash, long addedAt, String form) {
    static Added of(NewEntry entry) {
      return new Added(
          entry.id(),
          entry.targetHash(),
          entry.added().toEpochMilli(),
          JSON.write(entry.feedback()));
    }

    /** How many bytes the form takes, in UTF-8. */
    int utf8Bytes() {
      int bytes = form.length();
      for (int i = 0; i < form.length(); i++) {
        char c = form.charAt(i);
        bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
      return bytes;
    }
  }

  /**
   * What a form says: feedback, or why it cannot be read.
   *
   * @param feedback null if it cannot be read
   */
  record Read(@Nullable Feedback feedback, Fate.Reason unreadable) {}

  static Read read(UUID id, long targetHash, int formVersion, String form) {
    if (formVersion > FORM_VERSION) {
      return new Read(null, Fate.Reason.LATER_VERSION);
    }
    try {
      Feedback feedback = JSON.feedback(form);
      // With another target it would be sent out of order, and to the wrong place.
      return new NewEntry(id, feedback).targetHash() == targetHash
          ? new Read(feedback, Fate.Reason.UNREADABLE)
          : new Read(null, Fate.Reason.UNREADABLE);
    } catch (InvalidFeedbackException e) {
      boolean isLater = e.field().equals("v") && form.contains("\"v\"");
      return new Read(null, isLater ? Fate.Reason.LATER_VERSION : Fate.Reason.UNREADABLE);
    }
  }

  /** This long after a time in milliseconds; never beyond what a number holds. */
  static long after(long now, Duration delay) {
    return now + Math.min(delay.toSeconds(), FOREVER) * 1_000 + delay.toMillisPart();
  }

  /** This long before a time in milliseconds, at least 0. */
  static long before(long now, Duration age) {
    return Math.max(0, now - Math.min(age.toSeconds(), FOREVER) * 1_000 - age.toMillisPart());
  }

  /**
   * By id, so that two transactions that change the same rows never wait for each other. It is the
   * order in which PostgreSQL finds several ids, too, for those of version 7 have equal signs.
   */
  static <T> List<T> inOneOrder(List<T> all, Function<T, UUID> id) {
    return all.stream().sorted(Comparator.comparing(id)).toList();
  }

  /** The least id of an entry that was added at this time, or after. */
  static UUID firstAt(long millis) {
    return new UUID(millis << 16, 0);
  }

  /** At most 500 characters, without what a database refuses in text. */
  static @Nullable String detail(@Nullable String detail) {
    if (detail == null) {
      return null;
    }
    StringBuilder text = new StringBuilder(Math.min(detail.length(), MAX_DETAIL));
    detail
        .codePoints()
        .limit(MAX_DETAIL)
        .map(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c)
        .forEach(text::appendCodePoint);
    return text.toString();
  }
}
