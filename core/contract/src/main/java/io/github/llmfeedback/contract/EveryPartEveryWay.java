package io.github.llmfeedback.contract;

import io.github.llmfeedback.Part;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** A fact that holds for every {@link Part} and every {@link Way}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0} by {1}")
@ArgumentsSource(EveryPartEveryWay.Pairs.class)
@interface EveryPartEveryWay {
  /** All pairs. */
  final class Pairs implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      return Stream.of(Part.values())
          .flatMap(part -> Stream.of(Way.values()).map(way -> Arguments.of(part, way)));
    }
  }
}
