package io.github.llmfeedback.contract;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Maven module that a test is in, as its POM and its main classes say; tests run beside it. */
final class ModuleUnderTest {
  private static final Pattern ARTIFACT =
      Pattern.compile("(?s)(?:.*</parent>)?.*?<artifactId>([^<]+)</artifactId>.*");

  private final ClassLoader loader;
  private final Path classes;

  private ModuleUnderTest(ClassLoader loader, Path classes) {
    this.loader = loader;
    this.classes = classes;
  }

  static ModuleUnderTest of(Class<?> test) {
    try {
      Path tests = Path.of(test.getProtectionDomain().getCodeSource().getLocation().toURI());
      return new ModuleUnderTest(test.getClassLoader(), tests.resolveSibling("classes"));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  String artifactId() throws IOException {
    Matcher pom = ARTIFACT.matcher(Files.readString(Path.of("pom.xml")));
    if (!pom.matches()) {
      throw new IllegalStateException("pom.xml has no artifactId");
    }
    return pom.group(1);
  }

  /** Empty if it has no {@code module-info}. */
  Optional<ModuleDescriptor> descriptor() throws IOException {
    Path file = classes.resolve("module-info.class");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(ModuleDescriptor.read(in));
    }
  }

  /** All of its types, nested ones, too, none of them initialized. */
  List<Class<?>> types() throws IOException {
    return files()
        .filter(
            file -> file.endsWith(".class") && !file.matches("(.*/)?(module|package)-info.class"))
        .<Class<?>>map(file -> load(file.replace('/', '.').substring(0, file.length() - 6)))
        .toList();
  }

  /** What its jar holds besides classes, but for what tells people and tools about the jar. */
  List<String> resources() throws IOException {
    return files()
        .filter(file -> !file.endsWith(".class"))
        .filter(file -> !file.matches("META-INF/([^/]*|native-image/.*|maven/.*)"))
        .toList();
  }

  /** The directory of its main classes. */
  Path classes() {
    return classes;
  }

  /** The files of its jar, by their paths there. */
  Stream<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(classes)) {
      return all
          .filter(Files::isRegularFile)
          .map(file -> classes.relativize(file).toString().replace(File.separatorChar, '/'))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** A file's text, which its path in the jar names. */
  String read(String file) {
    try {
      return Files.readString(classes.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " is not there", e);
    }
  }

  private Class<?> load(String name) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
