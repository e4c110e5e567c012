package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Part;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class SecretWatchTest {
  private static final Logger LOG = LoggerFactory.getLogger("io.github.llmfeedback.toy");

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  /** Planted for this watch alone, not for the one that watches the whole module. */
  @BeforeEach
  void silence() {
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true));
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true));
  }

  @AfterEach
  void restore() {
    System.setOut(out);
    System.setErr(err);
  }

  private static void fails(String planted, Runnable print) {
    SecretWatch watch = new SecretWatch();
    watch.listen();
    print.run();
    assertThatThrownBy(watch::stop)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(planted);
  }

  /** The keys, and every text in the parts of a feedback. */
  static Stream<String> planted() {
    return Stream.concat(
        Stream.of(ClientUnderTest.API_KEY, "t0y-k3y"),
        Stream.of(Part.values())
            .flatMap(part -> Sentinel.of(part).stream())
            .flatMap(sentinel -> sentinel.marks().stream())
            .filter(mark -> !mark.matches("[0-9].*"))); // weights and times
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("planted")
  void aKeyOrWordThatIsPrintedFailsTheBuild(String planted) {
    fails(planted, () -> System.out.print("so " + planted + " it is"));
    fails(planted, () -> System.err.println(planted));
    fails(planted, () -> planted.chars().forEach(System.out::write));
    fails(planted, () -> new IllegalStateException(planted).printStackTrace());
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("planted")
  void aKeyOrWordThatIsLoggedAtAnyLevelFailsTheBuild(String planted) {
    fails(planted, () -> LOG.trace("{} at trace", planted));
    fails(planted, () -> LOG.warn("{} at warn", planted));
  }

  @Test
  void ordinaryOutputPasses() {
    SecretWatch watch = new SecretWatch();
    watch.listen();
    System.out.println("the key is wrong");
    LOG.trace("404 REFUSED");
    assertThatCode(watch::stop).doesNotThrowAnyException();
  }
}
