package io.github.llmfeedback.examples.benchmarks;

import java.lang.reflect.Constructor;

/**
 * A fresh JVM that runs a workload once. It prints the nanoseconds from the beginning of {@code
 * main} until then, which include the client's construction, and those of the run alone.
 */
final class FirstCallMain {
  private FirstCallMain() {}

  /**
   * Runs once.
   *
   * @param args the workload's class, and the server's URL
   */
  public static void main(String[] args) throws Exception {
    long begin = System.nanoTime();
    Constructor<?> constructor =
        Class.forName(args[0]).getDeclaredConstructor(String.class, int.class);
    Workload work = (Workload) constructor.newInstance(args[1], 1);
    long built = System.nanoTime();
    work.run();
    long end = System.nanoTime();
    System.out.println(end - begin);
    System.out.println(end - built);
    System.exit(0); // whatever threads the contender keeps
  }
}
