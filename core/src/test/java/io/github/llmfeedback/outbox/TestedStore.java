package io.github.llmfeedback.outbox;

import java.time.Duration;
import java.time.Instant;

/** A kind of store, of which a test has one that is empty. */
public interface TestedStore extends AutoCloseable {
  /** The store, opened. */
  OutboxStore store();

  /** Another store in the same place, opened; the same one if there can be no other. */
  OutboxStore another();

  /** The time that the store goes by. It moves on a little between any two calls of the store. */
  Instant now();

  /** Has as much time pass for what is stored so far. */
  void pass(Duration time);

  /** Whether what is delivered, superseded or dropped is kept for a while. */
  boolean keepsFinal();

  @Override
  void close();
}
