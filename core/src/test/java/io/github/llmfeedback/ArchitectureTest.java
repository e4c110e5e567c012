package io.github.llmfeedback;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.llmfeedback.outbox.MemoryOutboxStore;
import io.github.llmfeedback.outbox.OutboxStore;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.Socket;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.BaseStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may depend on which, and what the library's code never does. */
class ArchitectureTest {
  private static final String CORE = "io.github.llmfeedback";

  /** What each package may import of this library, besides the root below most of them. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("", Set.of()),
          Map.entry(".concurrent", Set.of()),
          Map.entry(".redaction", Set.of()),
          Map.entry(".spi", Set.of("", ".redaction")),
          Map.entry(".engine.http", Set.of("", ".spi", ".concurrent", ".redaction")),
          Map.entry(".engine", Set.of("", ".spi", ".concurrent", ".redaction", ".engine.http")),
          Map.entry(".client", Set.of("", ".spi", ".concurrent", ".engine", ".engine.http")),
          Map.entry(".fanout", Set.of("", ".concurrent")),
          Map.entry(".json", Set.of("")),
          Map.entry(".okhttp", Set.of("")),
          Map.entry(".outbox", Set.of("", ".json", ".concurrent", ".redaction")),
          Map.entry(".outbox.jdbc", Set.of("", ".outbox", ".json", ".concurrent", ".redaction")),
          Map.entry(".testing", Set.of("", ".spi", ".concurrent")));

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

  static Set<String> packages() {
    return MAIN.stream()
        .map(type -> type.getPackageName().substring(CORE.length()))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest(name = "io.github.llmfeedback{0}")
  @MethodSource("packages")
  void aPackageImportsOnlyWhatIsBelowIt(String name) {
    assertThat(ARROWS).as("every package is in the table").containsKey(name);
    Set<String> allowed =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, Set.of()).stream())
            .map(CORE::concat)
            .collect(Collectors.toSet());
    noClasses()
        .that()
        .resideInAPackage(CORE + name)
        .should()
        .dependOnClassesThat(
            describe(
                "are this library's, and not below",
                type ->
                    (type.getPackageName() + ".").startsWith(CORE + ".")
                        && !allowed.contains(type.getPackageName())))
        .check(MAIN);
  }

  @Test
  void noArrowLeadsBack() {
    for (String from : ARROWS.keySet()) {
      for (String to : ARROWS.getOrDefault(from, Set.of())) {
        assertThat(ARROWS.get(to)).as(to + " is below " + from).doesNotContain(from);
      }
    }
  }

  /**
   * No two files depend on each other, so that each can be read after those that it needs; apart
   * from the one implementation that a store makes itself.
   */
  @Test
  void noFilesNeedEachOther() {
    SlicesRuleDefinition.slices()
        .assignedFrom(FILES)
        .should()
        .beFreeOfCycles()
        .ignoreDependency(OutboxStore.class, MemoryOutboxStore.class)
        .ignoreDependency(OutboxStore.class, MemoryOutboxStore.Builder.class)
        .check(MAIN);
  }

  private static final SliceAssignment FILES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(file(type));
        }

        @Override
        public String getDescription() {
          return "files";
        }
      };

  /** A sealed type names its kinds, and they name it: they are read together. */
  private static String file(JavaClass type) {
    JavaClass top = type;
    while (top.getEnclosingClass().isPresent()) {
      top = top.getEnclosingClass().get();
    }
    return top.isAssignableTo(FeedbackException.class)
        ? FeedbackException.class.getName()
        : top.getName();
  }

  @Test
  void okHttpIsKnownWhereTheWireIs() {
    noClasses()
        .that()
        .resideOutsideOfPackages(CORE + ".engine.http", CORE + ".okhttp")
        .and()
        .doNotBelongToAnyOf(ClientSettings.class)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("okhttp3..", "okio..", "kotlin..")
        .check(MAIN);
  }

  @Test
  void theOutboxItselfKnowsNoDatabase() {
    noClasses()
        .that()
        .resideInAPackage(CORE + ".outbox")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..")
        .check(MAIN);
  }

  @Test
  void whatAuthorsOfProvidersImplementStartsNoThreadAndDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage(CORE + ".spi")
        .should()
        .dependOnClassesThat(
            describe("reach out of the process or to a thread", ArchitectureTest::isActive))
        .check(MAIN);
  }

  private static boolean isActive(JavaClass type) {
    return Stream.of("java.net.http", "java.nio.file", "java.nio.channels", "java.util.concurrent")
            .anyMatch(name -> (type.getPackageName() + ".").startsWith(name + "."))
        || Stream.of(Socket.class, URLConnection.class, Thread.class)
            .anyMatch(type::isAssignableTo);
  }

  @Test
  void onlyWhatApplicationsAndAuthorsOfProvidersUseIsExported() throws IOException {
    assertThat(exported())
        .containsExactlyInAnyOrder(
            CORE,
            CORE + ".client",
            CORE + ".fanout",
            CORE + ".json",
            CORE + ".okhttp",
            CORE + ".outbox",
            CORE + ".outbox.jdbc",
            CORE + ".spi",
            CORE + ".testing");
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

  /** MockWebServer depends on JUnit 4: a test with its annotation compiles and never runs. */
  @Test
  void noTestUsesJUnit4() {
    noClasses().should().dependOnClassesThat().resideInAPackage("org.junit").check(TESTS);
  }
}
