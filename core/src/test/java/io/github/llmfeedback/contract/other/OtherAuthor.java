package io.github.llmfeedback.contract.other;

/** Stands for a test of a provider elsewhere, with a table beside it. */
public final class OtherAuthor {
  private OtherAuthor() {}
}
