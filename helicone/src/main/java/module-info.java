/** Carries feedback on an LLM's answer to Helicone. */
module io.github.llmfeedback.helicone {
  requires transitive io.github.llmfeedback;
  requires com.fasterxml.jackson.annotation;
  requires static org.jspecify;

  exports io.github.llmfeedback.helicone;

  opens io.github.llmfeedback.helicone to
      com.fasterxml.jackson.databind;
}
