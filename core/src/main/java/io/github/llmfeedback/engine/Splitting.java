package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;

/**
 * Decides which refusals of a list may be due to one item, so that splitting finds the item.
 *
 * <p>A server may refuse a list after it stored half of it. So a list is split only if the refusal
 * proves that nothing was stored, or if sending it twice is harmless or the settings allow it;
 * otherwise its items may have been stored.
 */
final class Splitting {
  private Splitting() {}

  static boolean helps(
      ProviderResponse response, Verdict verdict, WireRequest request, ClientSettings settings) {
    return verdict.kind() == Verdict.Kind.REFUSED
        && !concernsWholeRequest(response, verdict)
        && (verdict.provesNothingStored()
            || (isClientError(response) && (request.isRepeatable() || settings.splitRefused())));
  }

  /** Whether a part of the refused list may be stored. */
  static boolean leavesDoubt(ProviderResponse response, Verdict verdict) {
    return verdict.kind() == Verdict.Kind.REFUSED
        && !concernsWholeRequest(response, verdict)
        && !verdict.provesNothingStored();
  }

  /** The verdict on a list, with a hint if the list could have been split but was not. */
  static Verdict explained(
      ProviderResponse response, Verdict verdict, WireRequest request, ClientSettings settings) {
    return leavesDoubt(response, verdict) && !helps(response, verdict, request, settings)
        ? verdict.hint(
            verdict.hint().map(hint -> hint + "; ").orElse("")
                + "a part of the list may be stored, so it was not split and sent again"
                + " (ClientSettings.splitRefused(true) would)")
        : verdict;
  }

  /** Whether the request was refused before its feedback was read. */
  private static boolean concernsWholeRequest(ProviderResponse response, Verdict verdict) {
    int status = response.status();
    boolean redirects = status >= 300 && status < 400;
    boolean wantsAnotherKey = status == 401 || status == 402 || status == 403 || status == 407;
    return verdict.isOfEveryRequest() || redirects || wantsAnotherKey;
  }

  private static boolean isClientError(ProviderResponse response) {
    return response.status() >= 400 && response.status() < 500;
  }
}
