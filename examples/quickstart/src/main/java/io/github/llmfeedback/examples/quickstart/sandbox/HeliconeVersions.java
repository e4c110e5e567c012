package io.github.llmfeedback.examples.quickstart.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The stored versions of one request, oldest first, and when the last one was written.
 *
 * <p>ClickHouse changes no row: a change adds versions, and a merge later removes all but the
 * newest.
 */
record HeliconeVersions(List<HeliconeRow> stored, Instant written) {
  /** Merges follow within seconds (observed 2026-11). */
  private static final Duration UNMERGED = Duration.ofSeconds(2);

  /** Keeps a write cheap, and the memory small, for a request that is rated without a pause. */
  private static final int MOST = 100;

  static HeliconeVersions of(HeliconeRow logged, Instant now) {
    return new HeliconeVersions(List.of(logged), now);
  }

  HeliconeRow newest() {
    return stored.get(stored.size() - 1);
  }

  /** One change adds two versions (observed 2026-11). */
  HeliconeVersions with(HeliconeRow changed, Instant now) {
    List<HeliconeRow> all = new ArrayList<>(at(now).stored);
    all.add(changed);
    all.add(changed);
    return new HeliconeVersions(
        List.copyOf(all.subList(Math.max(0, all.size() - MOST), all.size())), now);
  }

  /** What is left of them at this time. */
  HeliconeVersions at(Instant now) {
    return now.isBefore(written.plus(UNMERGED)) ? this : merged();
  }

  HeliconeVersions merged() {
    return stored.size() == 1 ? this : new HeliconeVersions(List.of(newest()), written);
  }
}
