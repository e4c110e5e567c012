/**
 * Submits what people think of an LLM's answer to the provider that keeps it.
 *
 * <p>{@code okhttp3} and {@code kotlin.stdlib} are automatic modules in OkHttp 4.12, which is the
 * default for the reasons in DESIGN.md; in OkHttp 5 they are not.
 */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.github.llmfeedback {
  requires transitive okhttp3;
  requires kotlin.stdlib;
  requires okio;
  requires transitive java.sql;
  requires com.fasterxml.jackson.annotation;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.datatype.jsr310;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.github.llmfeedback;
  exports io.github.llmfeedback.client;
  exports io.github.llmfeedback.fanout;
  exports io.github.llmfeedback.json;
  exports io.github.llmfeedback.okhttp;
  exports io.github.llmfeedback.outbox;
  exports io.github.llmfeedback.outbox.jdbc;
  exports io.github.llmfeedback.spi;
  exports io.github.llmfeedback.testing;

  provides com.fasterxml.jackson.databind.Module with
      io.github.llmfeedback.json.FeedbackModule;
}
