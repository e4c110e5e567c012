package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.outbox.jdbc.JdbcOutboxStore;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tables of the outbox's guide say what the code has. */
class OutboxGuideTest {
  private static final Pattern NAME = Pattern.compile("`([A-Za-z_]+)`");

  /** The fields of a setting's default, where it has others than one of its name. */
  private static final Map<String, List<String>> FIELDS =
      Map.of(
          "backoff", List.of("firstBackoff", "maxBackoff"),
          "keep", List.of("keepFinal", "keepFailed"));

  /** The settings whose default is in words. */
  private static final Map<String, String> IN_WORDS =
      Map.of("and", "", "store", "", "redact", "nothing");

  @Test
  void theTableOfStatesNamesEachOfThem() throws IOException {
    assertThat(names(column("State", 0)))
        .isEqualTo(Stream.of(EntryState.values()).map(Enum::name).collect(sorted()));
  }

  @Test
  void theTableOfReasonsNamesEachOfThemAndItsState() throws IOException {
    Map<String, String> told = new TreeMap<>();
    for (List<String> row : table("Reason")) {
      told.put(row.get(0).replace("`", ""), row.get(1).replace("`", ""));
    }

    Map<String, String> real = new TreeMap<>();
    for (Fate.Reason reason : Fate.Reason.values()) {
      real.put(reason.name(), stateOf(reason).name());
    }
    assertThat(told).isEqualTo(real);
  }

  private static EntryState stateOf(Fate.Reason reason) {
    return switch (reason) {
      case REFUSED, UNREPRESENTABLE -> EntryState.REJECTED;
      case FULL, EXPIRED, FORWARDED -> EntryState.DROPPED;
      case UNCERTAIN, LEASE_EXPIRED, UNREADABLE, LATER_VERSION -> EntryState.PARKED;
    };
  }

  @Test
  void theTableOfStatisticsNamesAllOfALane() throws IOException {
    assertThat(names(column("Statistic of a lane", 0)))
        .isEqualTo(
            methods(OutboxStats.Lane.class)
                .map(Method::getName)
                .filter(name -> !name.equals("toString"))
                .collect(sorted()));
    assertThat(names(List.of(text())))
        .containsAll(Stream.of(OutboxStats.Status.values()).map(Enum::name).toList());
  }

  @Test
  void theTableOfSettingsNamesEachOfThemWithItsDefault()
      throws IOException, ReflectiveOperationException {
    Map<String, String> told = new TreeMap<>();
    for (List<String> row : table("Setting")) {
      told.put(row.get(0).replace("`", ""), row.get(1));
    }

    Outbox.Builder defaults =
        Outbox.to(RecordingFeedbackClient.create(TargetKey.of("acme", "trace")));
    Map<String, String> real = new TreeMap<>();
    for (String setting : settings(Outbox.Builder.class)) {
      real.put(setting, byDefault(defaults, setting));
    }
    assertThat(told).isEqualTo(real);
  }

  private static String byDefault(Outbox.Builder defaults, String setting)
      throws ReflectiveOperationException {
    String words = IN_WORDS.get(setting);
    if (words != null) {
      return words;
    }
    StringBuilder written = new StringBuilder();
    for (String name : FIELDS.getOrDefault(setting, List.of(setting))) {
      Field field = Outbox.Builder.class.getDeclaredField(name);
      field.setAccessible(true);
      String separator = setting.equals("backoff") ? " … " : ", ";
      written.append(written.isEmpty() ? "" : separator).append(written(field.get(defaults)));
    }
    return written.toString();
  }

  private static String written(@Nullable Object value) {
    if (value == null) {
      return "none";
    } else if (value instanceof Duration time) {
      return time.toDays() > 0
          ? time.toDays() + " days"
          : time.toHours() > 0
              ? time.toHours() + " h"
              : time.toMinutes() > 0 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }
    return value instanceof Number number
        ? String.format(Locale.ROOT, "%,d", number.longValue())
        : value.toString();
  }

  @Test
  void theTableOfBoundsNamesEachOfTheStoreInMemoryWithItsDefault() throws IOException {
    Set<String> bounds = settings(MemoryOutboxStore.Builder.class);
    bounds.remove("whenFull");
    List<String> row = table("Store").get(0);
    assertThat(names(List.of(row.get(1)))).isEqualTo(bounds);
    assertThat(row.get(2)).isEqualTo("100,000; 64 MiB; 10,000");
  }

  @Test
  void everySettingOfTheStoresIsNamed() throws IOException {
    for (Class<?> builder :
        List.of(MemoryOutboxStore.Builder.class, JdbcOutboxStore.Builder.class)) {
      for (String setting : settings(builder)) {
        assertThat(text()).containsPattern("[`.]" + setting + "[`(]");
      }
    }
  }

  private static Set<String> settings(Class<?> builder) {
    return methods(builder)
        .filter(method -> method.getParameterCount() > 0)
        .map(Method::getName)
        .collect(sorted());
  }

  private static Stream<Method> methods(Class<?> type) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic());
  }

  private static Set<String> names(List<String> cells) {
    return cells.stream()
        .flatMap(cell -> NAME.matcher(cell).results())
        .map((MatchResult found) -> found.group(1))
        .collect(sorted());
  }

  private static Collector<String, ?, Set<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }

  private static List<String> column(String heading, int number) throws IOException {
    return table(heading).stream().map(row -> row.get(number)).toList();
  }

  private static List<List<String>> table(String heading) throws IOException {
    return text()
        .lines()
        .dropWhile(line -> !line.startsWith("| " + heading + " |"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(row -> Stream.of(row.substring(1).split("\\|", -1)).map(String::strip).toList())
        .toList();
  }

  private static String text() throws IOException {
    return Files.readString(Path.of("OUTBOX.md"));
  }
}
