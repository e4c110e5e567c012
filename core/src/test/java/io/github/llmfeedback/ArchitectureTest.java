package io.github.llmfeedback;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

/** Who may know whom, and what the library's code never does. */
class ArchitectureTest {
  private static final String CORE = "io.github.llmfeedback";
  private static final String CONCURRENT = CORE + ".concurrent";
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(CORE);
  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
          .importPackages(CORE);

  @Test
  void whatApplicationsUseKnowsNoHttpAndNoJsonButTheOkHttpClientInTheSettings() {
    noClasses()
        .that()
        .resideInAPackage(CORE)
        .should()
        .dependOnClassesThat(
            describe("belong to HTTP or JSON", type -> isForeign(type) && !isOkHttpClient(type)))
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage(CORE)
        .and()
        .doNotBelongToAnyOf(ClientSettings.class)
        .should()
        .dependOnClassesThat(describe("belong to HTTP or JSON", ArchitectureTest::isForeign))
        .check(MAIN);
  }

  private static boolean isForeign(JavaClass type) {
    return Stream.of("okhttp3", "okio", "kotlin", "com.fasterxml.jackson")
        .anyMatch(name -> (type.getPackageName() + ".").startsWith(name + "."));
  }

  private static boolean isOkHttpClient(JavaClass type) {
    return type.isEquivalentTo(OkHttpClient.class);
  }

  @Test
  void whatApplicationsUseKnowsNothingOfTheProvidersSide() {
    noClasses()
        .that()
        .resideInAPackage(CORE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(CORE + ".*..").and(not(resideInAPackage(CONCURRENT))))
        .check(MAIN);
  }

  @Test
  void threadsAndFuturesKnowNothingOfFeedbackAndStayInside() throws IOException {
    noClasses()
        .that()
        .resideInAPackage(CONCURRENT)
        .should()
        .dependOnClassesThat(resideInAPackage(CORE + "..").and(not(resideInAPackage(CONCURRENT))))
        .check(MAIN);
    assertThat(exported()).isNotEmpty().doesNotContain(CONCURRENT);
  }

  private static List<String> exported() throws IOException {
    try (InputStream descriptor =
        Files.newInputStream(Path.of("target/classes/module-info.class"))) {
      return ModuleDescriptor.read(descriptor).exports().stream()
          .map(ModuleDescriptor.Exports::source)
          .toList();
    }
  }

  @Test
  void nothingIsSynchronizedSoThatNoVirtualThreadIsPinned() throws IOException {
    noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(MAIN);
    List<Path> sources;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      sources = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    assertThat(sources).isNotEmpty(); // class files name blocks in their code alone
    for (Path source : sources) {
      assertThat(Files.readString(source)).doesNotContainPattern("\\bsynchronized\\s*\\(");
    }
  }

  @Test
  void nothingRunsOnTheCommonPool() {
    noClasses().should().callMethod(ForkJoinPool.class, "commonPool").check(MAIN);
    noClasses()
        .should()
        .callMethodWhere(
            describe("it runs a stage without an executor", ArchitectureTest::isLeftToThePool))
        .check(MAIN);
    noClasses()
        .should()
        .callMethodWhere(
            describe(
                "it makes a stream parallel",
                call ->
                    call.getName().equals("parallelStream")
                        || (call.getName().equals("parallel")
                            && call.getTargetOwner().isAssignableTo(BaseStream.class))))
        .check(MAIN);
  }

  private static boolean isLeftToThePool(JavaMethodCall call) {
    return call.getName().endsWith("Async")
        && call.getTargetOwner().isAssignableTo(CompletionStage.class)
        && call.getTarget().getRawParameterTypes().stream()
            .noneMatch(type -> type.isEquivalentTo(Executor.class));
  }

  /** MockWebServer brings JUnit 4 along: a test with its annotation compiles and never runs. */
  @Test
  void noTestUsesJUnit4() {
    noClasses().should().dependOnClassesThat().resideInAPackage("org.junit").check(TESTS);
  }
}
