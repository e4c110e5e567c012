package io.github.llmfeedback.contract;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a provider's main code may depend on: core, its own package and Jackson's annotations.
 * Extend it in the provider's package; ArchUnit must be on the test class path.
 */
public abstract class ProviderArchitecture {
  private static final String LIBRARY = "io.github.llmfeedback";
  private static final Set<String> OPEN = Set.of(LIBRARY, LIBRARY + ".client", LIBRARY + ".spi");

  private final String own = getClass().getPackageName();
  private final JavaClasses main =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(own);

  /** For subclasses. */
  protected ProviderArchitecture() {}

  @Test
  void theProviderKnowsNoHttpClient() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("okhttp3..", "okio..")
        .check(main);
  }

  @Test
  void theProviderKnowsOfJacksonTheAnnotationsAlone() {
    noClasses()
        .should()
        .dependOnClassesThat(
            describe(
                "are Jackson's, but no annotations",
                type ->
                    type.getPackageName().startsWith("com.fasterxml.jackson")
                        && !type.getPackageName().equals("com.fasterxml.jackson.annotation")))
        .check(main);
  }

  @Test
  void theProviderKnowsOfThisLibraryCoreAndItselfAlone() {
    noClasses()
        .should()
        .dependOnClassesThat(describe("are another provider's or inner ones", this::isForeign))
        .check(main);
  }

  /** MockWebServer depends on JUnit 4: a test with its annotation compiles and never runs. */
  @Test
  void noTestUsesJUnit4() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
            .importPackages(own);
    noClasses().should().dependOnClassesThat().resideInAPackage("org.junit").check(tests);
  }

  private boolean isForeign(JavaClass type) {
    String name = type.getPackageName();
    return (name + ".").startsWith(LIBRARY + ".") && !OPEN.contains(name) && !isOwn(name);
  }

  private boolean isOwn(String name) {
    return (name + ".").startsWith(own + ".");
  }
}
