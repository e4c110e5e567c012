/** Carries feedback on an LLM's answer to Baseplate. */
module io.github.llmfeedback.baseplate {
  requires transitive io.github.llmfeedback;
  requires com.fasterxml.jackson.annotation;
  requires static org.jspecify;

  exports io.github.llmfeedback.baseplate;

  opens io.github.llmfeedback.baseplate to
      com.fasterxml.jackson.databind;
}
