/** Carries feedback on an LLM's answer to Humanloop. */
module io.github.llmfeedback.humanloop {
  requires transitive io.github.llmfeedback;
  requires com.fasterxml.jackson.annotation;
  requires static org.jspecify;

  exports io.github.llmfeedback.humanloop;

  opens io.github.llmfeedback.humanloop to
      com.fasterxml.jackson.databind;
}
