import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Checks what would be published: a local repository that Maven deployed to, or the unpacked bundle
 * for Maven Central. Run as a single file: {@code java .ci/Published.java <folder> [signed]}.
 */
class Published {
  private static final String GROUP = "io.github.llmfeedback";
  private static final String BOM = "llm-feedback-bom";
  private static final Set<String> JARS =
      Set.of(
          "llm-feedback-core",
          "llm-feedback-contract",
          "llm-feedback-portkey",
          "llm-feedback-humanloop",
          "llm-feedback-helicone",
          "llm-feedback-baseplate");

  /** In bytes: a little above what it is, so that growth is noticed; it was meant to be 300,000. */
  private static final long CORE_LIMIT = 790_000;

  /** What a published POM may consist of: no parent, build, profiles, repositories, properties. */
  private static final Set<String> POM_ELEMENTS =
      Set.of(
          "modelVersion", "groupId", "artifactId", "version", "packaging", "name", "description",
          "url", "inceptionYear", "licenses", "developers", "scm", "dependencies");

  /** What Maven Central demands besides name, description and url. */
  private static final List<List<String>> DEMANDED =
      List.of(
          List.of("name"),
          List.of("description"),
          List.of("url"),
          List.of("licenses", "license", "name"),
          List.of("licenses", "license", "url"),
          List.of("developers", "developer", "name"),
          List.of("scm", "connection"),
          List.of("scm", "developerConnection"),
          List.of("scm", "url"));

  private final List<String> wrong = new ArrayList<>();
  private final Path root;
  private final boolean signed;

  Published(Path root, boolean signed) {
    this.root = root;
    this.signed = signed;
  }

  public static void main(String[] args) throws Exception {
    Published published = new Published(Path.of(args[0]), List.of(args).contains("signed"));
    published.check();
    if (!published.wrong.isEmpty()) {
      System.err.println("What would be published is wrong:");
      published.wrong.forEach(each -> System.err.println("  " + each));
      System.exit(1);
    }
  }

  private void check() throws Exception {
    Path group = root.resolve(GROUP.replace('.', '/'));
    if (!Files.isDirectory(group)) {
      wrong.add("nothing is in " + group);
      return;
    }
    Set<String> all = new TreeSet<>(JARS);
    all.add(BOM);
    expect(names(group, Files::isDirectory), all, "artifacts in " + group);
    for (String artifact : all) {
      Path folder = group.resolve(artifact);
      if (Files.isDirectory(folder)) {
        for (String version : names(folder, Files::isDirectory)) {
          checkVersion(artifact, version, folder.resolve(version));
        }
      }
    }
  }

  private void checkVersion(String artifact, String version, Path folder) throws Exception {
    Set<String> main =
        artifact.equals(BOM)
            ? Set.of(".pom")
            : Set.of(".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json", ".pom");
    Set<String> expected = new TreeSet<>();
    for (String suffix : main) {
      expected.add(suffix);
      expected.add(suffix + ".md5");
      expected.add(suffix + ".sha1");
      if (signed) {
        expected.add(suffix + ".asc");
      }
    }
    // Maven replaces SNAPSHOT by a time; further checksums and those of signatures are welcome.
    String base = version.replace("SNAPSHOT", "[0-9]{8}[.][0-9]{6}-[0-9]+");
    Set<String> names =
        names(folder, Files::isRegularFile).stream()
            .filter(name -> !name.startsWith("maven-metadata"))
            .filter(name -> !name.matches(".*[.](sha256|sha512)|.*[.]asc[.](md5|sha1)"))
            .collect(Collectors.toCollection(TreeSet::new));
    expect(
        names.stream()
            .map(name -> name.replaceFirst("^" + artifact + "-" + base, ""))
            .collect(Collectors.toCollection(TreeSet::new)),
        expected,
        "files in " + folder);
    for (String name : names) {
      Path file = folder.resolve(name);
      if (name.endsWith(".md5")) {
        checkSum(file, "MD5");
      } else if (name.endsWith(".sha1")) {
        checkSum(file, "SHA-1");
      } else if (name.endsWith(".pom")) {
        checkPom(artifact, version, file);
      } else if (name.endsWith("-cyclonedx.json")) {
        checkSbom(artifact, file);
      } else if (name.endsWith("-sources.jar")) {
        holds(file, ".java");
      } else if (name.endsWith("-javadoc.jar")) {
        holds(file, "/package-summary.html");
      } else if (name.endsWith(".jar")) {
        checkJar(artifact, version, file);
      }
    }
  }

  private void checkSum(Path file, String algorithm) throws Exception {
    String name = file.getFileName().toString();
    Path of = file.resolveSibling(name.substring(0, name.lastIndexOf('.')));
    MessageDigest digest = MessageDigest.getInstance(algorithm);
    if (Files.exists(of)
        && !Files.readString(file)
            .startsWith(HexFormat.of().formatHex(digest.digest(Files.readAllBytes(of))))) {
      wrong.add(file + " is not the checksum of its file");
    }
  }

  private void checkPom(String artifact, String version, Path file) throws Exception {
    Element pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(file.toFile())
            .getDocumentElement();
    String text = Files.readString(file);
    if (text.contains("${")) {
      wrong.add(file + " has a property that only this build can resolve");
    }
    if (!version.endsWith("-SNAPSHOT") && text.contains("SNAPSHOT")) {
      wrong.add(file + " is of a release and names a SNAPSHOT");
    }
    for (Element each : children(pom)) {
      boolean ofBom = artifact.equals(BOM) && each.getTagName().equals("dependencyManagement");
      if (!POM_ELEMENTS.contains(each.getTagName()) && !ofBom) {
        wrong.add(file + " must not have <" + each.getTagName() + ">");
      }
    }
    for (List<String> path : DEMANDED) {
      if (at(pom, path).isBlank()) {
        wrong.add(file + " has no " + String.join("/", path));
      }
    }
    expect(
        Set.of(at(pom, List.of("groupId")) + ":" + at(pom, List.of("version"))),
        Set.of(GROUP + ":" + version),
        "group and version in " + file);
    Set<String> own = new TreeSet<>();
    for (Element dependency : dependencies(pom)) {
      String group = at(dependency, List.of("groupId"));
      String name = group + ":" + at(dependency, List.of("artifactId"));
      String of = at(dependency, List.of("version"));
      String scope = at(dependency, List.of("scope"));
      if (of.isBlank() || (group.equals(GROUP) && !of.equals(version))) {
        wrong.add(file + " depends on " + name + " in version '" + of + "'");
      }
      if (!Set.of("", "compile", "runtime").contains(scope)) {
        wrong.add(file + " depends on " + name + " in scope " + scope);
      }
      if (!(at(dependency, List.of("type")) + at(dependency, List.of("classifier"))).isEmpty()) {
        wrong.add(file + " depends on " + name + " with a type or a classifier");
      }
      if (group.equals(GROUP)) {
        own.add(at(dependency, List.of("artifactId")));
      }
    }
    if (artifact.equals(BOM)) {
      expect(own, JARS, "artifacts in " + file);
      if (dependencies(pom).size() != JARS.size()) {
        wrong.add(file + " manages what is not ours");
      }
    }
  }

  private void checkSbom(String artifact, Path file) throws IOException {
    String text = Files.readString(file);
    if (!text.contains("pkg:maven/" + GROUP + "/" + artifact + "@")) {
      wrong.add(file + " is not about " + artifact);
    }
    for (String varying : List.of("\"serialNumber\"", "\"timestamp\"")) {
      if (text.contains(varying)) {
        wrong.add(file + " differs in each build: " + varying);
      }
    }
    if (!artifact.equals("llm-feedback-contract") && text.contains("junit")) {
      wrong.add(file + " lists what only tests need");
    }
  }

  private void checkJar(String artifact, String version, Path file) throws IOException {
    long size = Files.size(file);
    System.out.printf("%-24s %,9d bytes%n", artifact, size);
    if (artifact.equals("llm-feedback-core") && size > CORE_LIMIT) {
      wrong.add(
          "%s has %,d bytes, more than %,d: find what core can do without, or say in DESIGN.md why not"
              .formatted(file, size, CORE_LIMIT));
    }
    try (JarFile jar = new JarFile(file.toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      for (String name :
          List.of("Implementation-Title", "Implementation-Version", "Implementation-Vendor")) {
        if (manifest.getValue(name) == null) {
          wrong.add(file + " has no " + name);
        }
      }
      if (!version.equals(manifest.getValue("Implementation-Version"))) {
        wrong.add(file + " has another Implementation-Version");
      }
      boolean named = jar.getEntry("module-info.class") != null;
      if (named == (manifest.getValue("Automatic-Module-Name") != null)) {
        wrong.add(file + " must have a module descriptor or an Automatic-Module-Name");
      }
      jar.stream()
          .map(entry -> entry.getName())
          .filter(
              name ->
                  !name.matches("(META-INF|io/github/llmfeedback)/.*|io/|io/github/|module-info.class"))
          .forEach(name -> wrong.add(file + " holds " + name));
    }
  }

  private void holds(Path file, String suffix) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      if (jar.stream().noneMatch(entry -> entry.getName().endsWith(suffix))) {
        wrong.add(file + " holds no " + suffix);
      }
    }
  }

  private void expect(Set<String> actual, Set<String> expected, String what) {
    if (!actual.equals(expected)) {
      Set<String> missing = new TreeSet<>(expected);
      missing.removeAll(actual);
      Set<String> more = new TreeSet<>(actual);
      more.removeAll(expected);
      wrong.add(what + ": missing " + missing + ", unexpected " + more);
    }
  }

  private static Set<String> names(Path folder, Predicate<Path> kind)
      throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(kind)
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static List<Element> children(Node parent) {
    List<Element> children = new ArrayList<>();
    for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element element) {
        children.add(element);
      }
    }
    return children;
  }

  /** Those of the POM, and those that it manages. */
  private static List<Element> dependencies(Element pom) {
    return children(pom).stream()
        .flatMap(
            each ->
                each.getTagName().equals("dependencyManagement")
                    ? children(each).stream()
                    : Stream.of(each))
        .filter(each -> each.getTagName().equals("dependencies"))
        .flatMap(each -> children(each).stream())
        .toList();
  }

  private static String at(Element parent, List<String> path) {
    Element at = parent;
    for (String name : path) {
      at =
          children(at).stream()
              .filter(each -> each.getTagName().equals(name))
              .findFirst()
              .orElse(null);
      if (at == null) {
        return "";
      }
    }
    return at.getTextContent().strip();
  }
}
