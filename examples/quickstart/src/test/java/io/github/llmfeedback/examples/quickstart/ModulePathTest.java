package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModulePathTest {
  /** The example's classes stay on the class path; what they stand on goes on the module path. */
  @Test
  void theWholeTourRunsWithTheLibraryOnTheModulePath() throws IOException, InterruptedException {
    List<String> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .filter(entry -> !Path.of(entry).getFileName().toString().matches("(junit|byte).*"))
            .toList();
    String classPath = only(entries, true);
    String modulePath = only(entries, false);

    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                modulePath,
                "--show-module-resolution",
                "--add-modules",
                Stream.of("portkey", "humanloop", "helicone", "baseplate")
                    .map("io.github.llmfeedback."::concat)
                    .collect(Collectors.joining(",")),
                "-cp",
                classPath,
                Quickstart.class.getName())
            .redirectErrorStream(true)
            .redirectInput(Redirect.PIPE)
            .start();
    String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(java.waitFor()).as(printed).isZero();
    assertThat(printed).contains("io.github.llmfeedback.portkey requires io.github.llmfeedback ");
    assertThat(printed).contains("1000 accepted, 0 failed", "0 duplicates");
  }

  private static String only(List<String> entries, boolean ofTheExample) {
    return entries.stream()
        .filter(entry -> entry.matches(".*quickstart.target.classes") == ofTheExample)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
