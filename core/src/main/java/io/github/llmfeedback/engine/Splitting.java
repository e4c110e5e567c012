package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;

/**
 * Which refusals of a list are about an item in it, so that splitting finds the item.
 *
 * <p>A server may refuse a list after it stored half of it. So a list is split only if the refusal
 * proves that nothing was stored, or if arriving twice does no harm or was chosen; and what the
 * refusal does not disprove may have arrived.
 */
final class Splitting {
  private Splitting() {}

  static boolean helps(
      ProviderResponse response, Verdict verdict, WireRequest request, ClientSettings settings) {
    return verdict.kind() == Verdict.Kind.REFUSED
        && !isOfTheWhole(response, verdict)
        && (verdict.provesNothingStored()
            || (isClientError(response) && (request.isRepeatable() || settings.splitRefused())));
  }

  /** Whether a part of the refused list may be stored. */
  static boolean leavesDoubt(ProviderResponse response, Verdict verdict) {
    return verdict.kind() == Verdict.Kind.REFUSED
        && !isOfTheWhole(response, verdict)
        && !verdict.provesNothingStored();
  }

  /** The verdict on a list, which says why a list was not split that could have been. */
  static Verdict explained(
      ProviderResponse response, Verdict verdict, WireRequest request, ClientSettings settings) {
    return leavesDoubt(response, verdict) && !helps(response, verdict, request, settings)
        ? verdict.hint(
            verdict.hint().map(hint -> hint + "; ").orElse("")
                + "a part of the list may be stored, so it was not split and sent again"
                + " (ClientSettings.splitRefused(true) would)")
        : verdict;
  }

  /** Whether the refusal came before anybody looked at the feedback. */
  private static boolean isOfTheWhole(ProviderResponse response, Verdict verdict) {
    int status = response.status();
    boolean redirects = status >= 300 && status < 400;
    boolean wantsAnotherKey = status == 401 || status == 402 || status == 403 || status == 407;
    return verdict.isOfEveryRequest() || redirects || wantsAnotherKey;
  }

  private static boolean isClientError(ProviderResponse response) {
    return response.status() >= 400 && response.status() < 500;
  }
}
