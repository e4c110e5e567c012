package io.github.llmfeedback;

/** What a client does for its caller, or with one request: for metrics and traces. */
public enum Operation {
  /** Feedback is submitted, by any of the methods that do so. */
  SUBMIT,
  /** Stored feedback is replaced. */
  UPDATE,
  /** Stored feedback is taken back. */
  RETRACT,
  /** A receipt is confirmed, as Helicone's client does: looked for, and sent again if lost. */
  CONFIRM,
  /** Something is read; no feedback is sent, and there is no outcome. */
  READ
}
