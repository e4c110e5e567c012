package io.github.llmfeedback.examples.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The rounds of several contenders that took turns. Not thread-safe. */
final class Results {
  private final Map<Contender, List<Round>> rounds = new LinkedHashMap<>();

  Results(List<Contender> contenders) {
    contenders.forEach(contender -> rounds.put(contender, new ArrayList<>()));
  }

  void add(Contender contender, Round round) {
    of(contender).add(round);
  }

  /** Those that took part; the first is the base of all ratios in a table. */
  List<Contender> contenders() {
    return List.copyOf(rounds.keySet());
  }

  /** The spread of a figure over a contender's rounds. */
  Spread figure(Contender contender, ToDoubleFunction<Round> figure) {
    return Spread.of(of(contender).stream().mapToDouble(figure).toArray());
  }

  /** The spread of the ratios of a contender's rounds to the base's of the same turn. */
  Spread ratio(Contender contender, Contender base, ToDoubleFunction<Round> figure) {
    List<Round> above = of(contender);
    List<Round> below = of(base);
    return Spread.of(
        IntStream.range(0, above.size())
            .mapToDouble(
                i -> figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i)))
            .toArray());
  }

  /** How many of a contender's runs failed. */
  long failures(Contender contender) {
    return of(contender).stream().mapToLong(Round::failures).sum();
  }

  private List<Round> of(Contender contender) {
    return Objects.requireNonNull(rounds.get(contender), contender.name());
  }
}
