package io.github.llmfeedback.examples.benchmarks;

/**
 * What a JVM under measurement does again and again. Thread-safe. Its constructor takes the
 * server's URL and its size: the number of feedbacks in a batch, or of threads that will run it.
 */
interface Workload {
  /** Makes {@link #callsPerRun()} calls and waits for their responses. */
  void run() throws Exception;

  /** How many calls one run makes; 1 by default. */
  default int callsPerRun() {
    return 1;
  }
}
