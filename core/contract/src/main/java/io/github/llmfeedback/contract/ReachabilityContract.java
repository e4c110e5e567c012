package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * A module's jar tells GraalVM's native-image what it cannot see: the classes that Jackson reads by
 * reflection, and the resources. In {@code META-INF/native-image/<group>/<artifact>/
 * reachability-metadata.json}. Extend it in the module's main package; ArchUnit must be on the test
 * class path.
 *
 * <p>It holds the file against the classes; it does not build an image.
 */
public abstract class ReachabilityContract {
  private static final List<String> ALL_MEMBERS =
      List.of("allDeclaredConstructors", "allDeclaredFields", "allDeclaredMethods");

  /** The keys that we use, a part of those in GraalVM's schemas 1.1.0 and 1.2.0. */
  private static final Set<String> KEYS = Set.of("reflection", "resources");

  private static final Set<String> REFLECTION_KEYS =
      Set.of(
          "condition",
          "type",
          "methods",
          "fields",
          "allDeclaredConstructors",
          "allDeclaredFields",
          "allDeclaredMethods");

  private static final Set<String> RESOURCE_KEYS = Set.of("condition", "glob");

  /** Methods by whose arguments a program reaches what no other code of it names. */
  private static final Map<String, Pattern> REFLECTIVE =
      Map.of(
          "java.lang.Class",
          Pattern.compile(
              "forName|newInstance|getResource.*|getRecordComponents|getPermittedSubclasses"
                  + "|get(Declared)?(Classes|(Method|Field|Constructor)s?)"),
          "java.lang.ClassLoader",
          Pattern.compile("loadClass|get(System)?Resource.*|resources"),
          "java.lang.Module",
          Pattern.compile("getResourceAsStream"),
          "java.lang.reflect.Proxy",
          Pattern.compile("newProxyInstance"),
          "java.lang.invoke.MethodHandles$Lookup",
          Pattern.compile("find.*|unreflect.*"),
          "java.util.ServiceLoader",
          Pattern.compile("load.*"),
          "java.util.ResourceBundle",
          Pattern.compile("getBundle"));

  private final ModuleUnderTest module = ModuleUnderTest.of(getClass());

  /** For subclasses. */
  protected ReachabilityContract() {}

  @Test
  void whatJacksonWritesIsListedWithItsMembers() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (JsonNode entry : entries("reflection")) {
      if (ALL_MEMBERS.stream().allMatch(key -> entry.path(key).asBoolean())) {
        listed.add(entry.path("type").asText());
      }
    }
    List<String> missing = new ArrayList<>();
    for (Class<?> type : module.types()) {
      if (isWritten(type) && !listed.contains(type.getName())) {
        missing.add(
            """
            {
              "condition": { "typeReached": "%s" },
              "type": "%s",
              "allDeclaredConstructors": true,
              "allDeclaredFields": true,
              "allDeclaredMethods": true
            }"""
                .formatted(type.getName(), type.getName()));
      }
    }
    assertNothingIsMissing("reflection", missing);
  }

  /** A wire record, or another class that says how Jackson shall write it. */
  private static boolean isWritten(Class<?> type) {
    boolean isWire = type.getName().matches(".*Wire(\\$.*)?");
    Stream<AnnotatedElement> elements =
        Stream.of(
                new AnnotatedElement[] {type},
                type.getDeclaredFields(),
                type.getDeclaredMethods(),
                type.getDeclaredConstructors())
            .flatMap(Stream::of);
    return !type.isInterface()
        && !type.isAnonymousClass()
        && (isWire
            || elements
                .flatMap(each -> Stream.of(each.getAnnotations()))
                .map(each -> each.annotationType().getPackageName())
                .anyMatch("com.fasterxml.jackson.annotation"::equals));
  }

  @Test
  void everyResourceIsListed() throws IOException {
    Collection<String> listed = texts("resources", "/glob");
    assertNothingIsMissing(
        "resources",
        module.resources().stream()
            .filter(file -> !listed.contains(file))
            .map("{ \"glob\": \"%s\" }"::formatted)
            .toList());
  }

  @Test
  void everyServiceIsListedWithItsConstructor() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (JsonNode entry : entries("reflection")) {
      if (entry.path("methods").findValuesAsText("name").contains("<init>")) {
        listed.add(entry.path("type").asText());
      }
    }
    assertNothingIsMissing(
        "reflection",
        module
            .files()
            .filter(file -> file.startsWith("META-INF/services/"))
            .flatMap(file -> module.read(file).lines())
            .map(line -> line.replaceFirst("#.*", "").strip())
            .filter(name -> !name.isEmpty() && !listed.contains(name))
            .map(
                """
                {
                  "type": "%s",
                  "methods": [{ "name": "<init>", "parameterTypes": [] }]
                }"""
                    ::formatted)
            .toList());
  }

  @Test
  void whatUsesReflectionOrResourcesIsTheConditionOfAnEntry() throws IOException {
    Set<String> conditions = new TreeSet<>(texts("reflection", "/condition/typeReached"));
    conditions.addAll(texts("resources", "/condition/typeReached"));
    Set<String> types = new TreeSet<>();
    Set<String> resources = new TreeSet<>();
    for (JavaClass type : new ClassFileImporter().importPath(module.classes())) {
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        if (isReflective(access) && !conditions.contains(type.getName())) {
          boolean isResource = access.getName().contains("esource");
          (isResource ? resources : types)
              .add(
                  """
                  {
                    "condition": { "typeReached": "%s" },
                    "%s": "<what its %s finds>"
                  }"""
                      .formatted(type.getName(), isResource ? "glob" : "type", access.getName()));
        }
      }
    }
    assertNothingIsMissing("reflection", types);
    assertNothingIsMissing("resources", resources);
  }

  private static boolean isReflective(JavaAccess<?> access) {
    Pattern methods = REFLECTIVE.get(access.getTargetOwner().getName());
    return methods != null && methods.matcher(access.getName()).matches();
  }

  @Test
  void whatIsListedExists() throws IOException {
    Set<String> types = new TreeSet<>(texts("reflection", "/type"));
    types.addAll(texts("reflection", "/condition/typeReached"));
    types.addAll(texts("resources", "/condition/typeReached"));
    ClassLoader loader = getClass().getClassLoader();
    assertThat(types)
        .allSatisfy(type -> assertThat(Class.forName(type, false, loader)).isNotNull());
    assertThat(module.resources()).containsAll(texts("resources", "/glob"));
  }

  @Test
  void theFileKeepsToItsSchema() throws IOException {
    assertThat(keys(metadata())).isSubsetOf(KEYS);
    for (JsonNode entry : entries("reflection")) {
      assertThat(keys(entry)).isSubsetOf(REFLECTION_KEYS).contains("type");
      assertThat(keys(entry.path("condition"))).isSubsetOf("typeReached");
      entry.path("methods").forEach(each -> assertThat(keys(each)).contains("name"));
    }
    for (JsonNode entry : entries("resources")) {
      assertThat(keys(entry)).isSubsetOf(RESOURCE_KEYS).contains("glob");
      assertThat(keys(entry.path("condition"))).isSubsetOf("typeReached");
    }
  }

  private static Set<String> keys(JsonNode object) {
    Set<String> keys = new TreeSet<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private JsonNode metadata() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Optional<String> file =
        module.files().filter(Pattern.compile(path("[^/]+")).asMatchPredicate()).findAny();
    return file.isPresent() ? mapper.readTree(module.read(file.get())) : mapper.createObjectNode();
  }

  private String path(String group) throws IOException {
    return "META-INF/native-image/%s/%s/reachability-metadata.json"
        .formatted(group, module.artifactId());
  }

  private List<JsonNode> entries(String list) throws IOException {
    return StreamSupport.stream(metadata().path(list).spliterator(), false).toList();
  }

  private Collection<String> texts(String list, String pointer) throws IOException {
    return entries(list).stream()
        .map(entry -> entry.at(pointer))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .toList();
  }

  private void assertNothingIsMissing(String list, Collection<String> missing) throws IOException {
    assertThat(missing)
        .withFailMessage(
            "a native image would not find all that it needs; add to \"%s\" in src/main/resources/%s:"
                + "%n%n%s%n",
            list, path("<group>"), String.join(",\n", missing))
        .isEmpty();
  }
}
