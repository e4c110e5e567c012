package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide's tables of events and statistics say what the code has. */
class MetricsGuideTest {
  private static final Pattern NAME = Pattern.compile("`([a-z][A-Za-z]*)`");

  @Test
  void theTableOfEventsNamesEachMethodOfTheListenerAndEachFieldOfItsEvent() throws IOException {
    Set<String> told =
        table("Event").stream()
            .map(row -> names(row.get(0)) + " with " + names(row.get(2)))
            .collect(Collectors.toCollection(TreeSet::new));

    Set<String> real =
        Stream.of(FeedbackListener.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .map(
                method ->
                    Set.of(method.getName()) + " with " + fields(method.getParameterTypes()[0]))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(told).isEqualTo(real).hasSize(4);
  }

  @Test
  void theTableOfStatisticsNamesEachOfThem() throws IOException {
    List<String> told = table("Statistic").stream().map(row -> row.get(0)).toList();
    assertThat(names(told.toString())).isEqualTo(fields(ClientStats.class)).hasSize(9);
    assertThat(told).doesNotHaveDuplicates();
  }

  /** What can be asked of a value. */
  private static Set<String> fields(Class<?> type) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0 && !method.isSynthetic())
        .map(Method::getName)
        .filter(name -> !name.equals("toString"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(String cell) {
    return NAME.matcher(cell)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<List<String>> table(String heading) throws IOException {
    return Files.readAllLines(Path.of("README.md")).stream()
        .dropWhile(line -> !line.startsWith("| " + heading + " |"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(row -> Stream.of(row.substring(1).split("\\|", -1)).map(String::strip).toList())
        .toList();
  }
}
