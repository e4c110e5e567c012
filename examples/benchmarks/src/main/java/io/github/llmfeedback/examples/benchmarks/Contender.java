package io.github.llmfeedback.examples.benchmarks;

import java.util.List;

/**
 * Somebody who takes part in a comparison.
 *
 * @param name as it is printed
 * @param workload the class of its workload
 * @param classPath what stands on the class path of its JVM
 * @param options further options of its JVM
 */
record Contender(String name, String workload, String classPath, List<String> options) {
  /** A contender whose workload is a class of this package. */
  static Contender of(String name, Class<? extends Workload> workload, String classPath) {
    return new Contender(name, workload.getName(), classPath, List.of());
  }

  /** Langfuse's workload, whose class cannot be loaded here. */
  static Contender langfuse() {
    String name = Contender.class.getPackageName() + ".LangfuseScore";
    return new Contender("langfuse-java", name, ClassPaths.langfuse(), List.of());
  }
}
