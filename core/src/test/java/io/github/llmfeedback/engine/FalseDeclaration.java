package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.spi.Losses;
import java.util.List;
import java.util.Map;

/** A false declaration that a dialect can make about a part. */
enum FalseDeclaration {
  /** It declares that it keeps the part, and silently omits it. */
  OMITS,
  /** It declares that it keeps the part, and reports for each feedback that it dropped it. */
  DROPS,
  /** It declares that it approximates the part, and never reports it. */
  NOTES_NOTHING,
  /** It declares that it keeps a score, and sends good or bad. */
  COARSENS,
  /**
   * It declares that it does not keep the part, and sends it; made by the client, not its dialect.
   */
  UNDERSTATES,
  /** True, for comparison: it declares that it does not keep the part. */
  OWNS_UP;

  /** The dialect that declares this about {@code part}. */
  ToyDialect about(Part part) {
    return new ToyDialect() {
      @Override
      public Capabilities capabilities() {
        return switch (FalseDeclaration.this) {
          case OMITS, DROPS, COARSENS, UNDERSTATES -> super.capabilities();
          case NOTES_NOTHING -> super.capabilities().with(Support.APPROXIMATED, part);
          case OWNS_UP -> super.capabilities().with(Support.NONE, part);
        };
      }

      @Override
      public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
        List<Map<String, Object>> objects = super.encode(feedback, thing, losses);
        distort(part, objects.get(0), losses);
        return objects;
      }
    };
  }

  private void distort(Part part, Map<String, Object> wire, Losses losses) {
    switch (this) {
      case OMITS -> wire.remove(part.name());
      case DROPS -> {
        if (wire.remove(part.name()) != null) {
          losses.dropped(part, "it is not kept after all");
        }
      }
      case COARSENS ->
          wire.computeIfPresent(
              part.name(), (name, score) -> ((Double) ((List<?>) score).get(0)) > 3);
      case NOTES_NOTHING, UNDERSTATES, OWNS_UP -> {}
    }
  }
}
