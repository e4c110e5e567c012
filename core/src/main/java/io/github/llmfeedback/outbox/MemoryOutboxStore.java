package io.github.llmfeedback.outbox;

/** Placeholder: replaced in the next commit. */
public abstract class MemoryOutboxStore implements OutboxStore {
  static Builder builder() {
    return new Builder();
  }

  static final class Builder {
    MemoryOutboxStore build() {
      throw new UnsupportedOperationException();
    }
  }
}
