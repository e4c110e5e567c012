/** Submits feedback as a module. */
module com.example.consumer {
  requires io.github.llmfeedback.portkey;
  requires jdk.httpserver;
}
