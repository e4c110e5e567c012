/** Carries feedback on an LLM's answer to Portkey. */
module io.github.llmfeedback.portkey {
  requires transitive io.github.llmfeedback;
  requires com.fasterxml.jackson.annotation;
  requires static org.jspecify;

  exports io.github.llmfeedback.portkey;

  opens io.github.llmfeedback.portkey to
      com.fasterxml.jackson.databind;
}
