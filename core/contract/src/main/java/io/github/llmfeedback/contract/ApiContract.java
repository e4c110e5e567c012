package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * A module's public API is what the file {@code api.txt} beside its POM says, so that a change of
 * it shows in the diff. Extend it in the module's main package.
 */
public abstract class ApiContract {
  private static final Path FILE = Path.of("api.txt");

  private final ModuleUnderTest module = ModuleUnderTest.of(getClass());

  /** For subclasses. */
  protected ApiContract() {}

  @Test
  void thePublicApiIsWhatItsFileSays() throws IOException {
    List<String> now = text();
    if (System.getProperty("api.update") != null) {
      Files.write(FILE, now);
    }
    List<String> then = Files.exists(FILE) ? Files.readAllLines(FILE) : List.of();
    if (!then.equals(now)) {
      fail(
          "the public API of %s is not what its %s says:%n%n%s%n%nIf that is meant, say in the"
              + " change log what it means for users, and update the file:%n%n  mvn test -pl :%s -am"
              + " -Dtest='*ApiTest' -Dsurefire.failIfNoSpecifiedTests=false -Dapi.update%n",
          module.artifactId(),
          FILE,
          String.join("\n", Changes.between(then, now)),
          module.artifactId());
    }
  }

  private List<String> text() throws IOException {
    List<Class<?>> all = module.types();
    Optional<ModuleDescriptor> descriptor = module.descriptor();
    Set<String> exported = exported(descriptor, all);
    Set<Class<?>> own = new HashSet<>(all);
    List<Class<?>> shown =
        all.stream()
            .filter(type -> exported.contains(type.getPackageName()) && isShown(type))
            .sorted(Comparator.comparing(Class::getName))
            .toList();
    PublicApi api =
        new PublicApi(
            shown,
            type ->
                own.contains(type)
                    ? !shown.contains(type)
                    : !Modifier.isPublic(type.getModifiers()));
    List<String> body = new ArrayList<>();
    for (String each : exported) {
      body.addAll(List.of("", packageLine(each, shown)));
      shown.stream()
          .filter(type -> type.getPackageName().equals(each))
          .forEach(
              type -> {
                body.add("");
                body.addAll(api.lines(type));
              });
    }
    List<String> text = new ArrayList<>();
    text.add(
        "# What users of " + module.artifactId() + " can call and extend; a test compares it.");
    text.add("# What is not protected is public. CONTRIBUTING.md says how to change it.");
    text.add("");
    descriptor.ifPresent(found -> text.addAll(lines(found)));
    api.imports().forEach(name -> text.add("import " + name));
    text.addAll(body);
    return text;
  }

  private static Set<String> exported(Optional<ModuleDescriptor> descriptor, List<Class<?>> all) {
    Stream<String> packages =
        descriptor.isPresent()
            ? descriptor.get().exports().stream()
                .filter(each -> !each.isQualified())
                .map(ModuleDescriptor.Exports::source)
            : all.stream().map(Class::getPackageName);
    return packages.collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isShown(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return !type.isAnonymousClass()
        && !type.isLocalClass()
        && (Modifier.isPublic(type.getModifiers())
            || (outer != null
                && Modifier.isProtected(type.getModifiers())
                && PublicApi.isExtensible(outer)))
        && (outer == null || isShown(outer));
  }

  private static String packageLine(String name, Collection<Class<?>> types) {
    return types.stream()
            .map(Class::getPackage)
            .filter(
                each -> each.getName().equals(name) && each.isAnnotationPresent(NullMarked.class))
            .map(each -> "@NullMarked ")
            .findAny()
            .orElse("")
        + "package "
        + name;
  }

  private static List<String> lines(ModuleDescriptor descriptor) {
    List<String> lines = new ArrayList<>();
    lines.add("module " + descriptor.name());
    descriptor.requires().stream()
        .filter(each -> each.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
        .map(each -> "  requires transitive " + each.name())
        .sorted()
        .forEach(lines::add);
    descriptor.provides().stream()
        .map(
            each -> "  provides " + each.service() + " with " + String.join(", ", each.providers()))
        .sorted()
        .forEach(lines::add);
    lines.add("");
    return lines;
  }
}
