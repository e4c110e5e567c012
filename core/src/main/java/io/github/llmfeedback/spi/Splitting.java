package io.github.llmfeedback.spi;

import io.github.llmfeedback.ClientSettings;

/** Which refusals of a chunk are about an item in it, so that splitting finds the item. */
final class Splitting {
  private Splitting() {}

  static boolean helps(Answer answer, Verdict verdict, ClientSettings settings) {
    int status = answer.status();
    if (verdict.kind() != Verdict.Kind.REFUSED || verdict.isOfEveryRequest()) {
      return false;
    }
    if (status == 413) {
      return true; // not stored, and smaller chunks fit
    }
    return settings.splitRefused() && status >= 400 && status < 500 && !isOfTheKey(status);
  }

  /** Whether a refused chunk that is not split may be stored in part. */
  static boolean leavesDoubt(Answer answer, Verdict verdict, ClientSettings settings) {
    int status = answer.status();
    boolean ofTheWhole =
        verdict.isOfEveryRequest() || isOfTheKey(status) || (status >= 300 && status < 400);
    return verdict.kind() == Verdict.Kind.REFUSED
        && !ofTheWhole
        && !helps(answer, verdict, settings);
  }

  /** Whether the refusal came before anybody looked at the feedback. */
  private static boolean isOfTheKey(int status) {
    return status == 401 || status == 402 || status == 403 || status == 407;
  }
}
