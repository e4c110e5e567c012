package io.github.llmfeedback.examples.benchmarks;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The class paths of the contenders: this module's classes and each one's own libraries. */
final class ClassPaths {
  private static final String OKHTTP = "okhttp-\\d.*|okhttp-jvm-.*|okio-.*|kotlin-stdlib-.*";
  private static final String JACKSON = "jackson-(core|databind|annotations)-.*";

  private ClassPaths() {}

  /** The JDK alone. */
  static String jdk() {
    return jars("");
  }

  /** OkHttp. */
  static String okHttp() {
    return jars(OKHTTP);
  }

  /** OkHttp and Jackson. */
  static String databind() {
    return jars(OKHTTP + "|" + JACKSON);
  }

  /** This library and all that it needs. */
  static String ours() {
    return jars(OKHTTP + "|jackson-.*|llm-feedback-.*|slf4j-.*|jspecify-.*");
  }

  /** The same, and the databases' drivers and a pool. */
  static String databases() {
    return ours() + File.pathSeparator + jars("sqlite-jdbc-.*|postgresql-.*|HikariCP-.*");
  }

  /** What the server needs. */
  static String all() {
    return System.getProperty("java.class.path");
  }

  /** What an application gets that depends on langfuse-java alone. */
  static String langfuse() {
    return jars("") + File.pathSeparator + Path.of(CommandLine.langfuseJars(), "*");
  }

  /** The entries of this class path that are no jars, and the jars whose names match. */
  private static String jars(String names) {
    Pattern wanted = Pattern.compile("(" + names + ")\\.jar");
    return Arrays.stream(all().split(File.pathSeparator))
        .filter(entry -> !entry.endsWith(".jar") || wanted.matcher(name(entry)).matches())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String name(String entry) {
    return new File(entry).getName();
  }
}
