package io.github.llmfeedback.outbox;

import io.github.llmfeedback.concurrent.Clock;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Makes the ids of entries: UUIDs of version 7, which begin with the time in milliseconds. */
final class EntryIds {
  private static final long VERSION = 0x7000;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  /** Two processes that begin at the same moment may have the same other random numbers. */
  private final long process = new SecureRandom().nextLong();

  private final Clock clock;

  EntryIds(Clock clock) {
    this.clock = clock;
  }

  UUID next() {
    long random = ThreadLocalRandom.current().nextLong() ^ process;
    return new UUID(clock.millis() << 16 | VERSION | (process & 0xfff), random >>> 2 | VARIANT);
  }
}
