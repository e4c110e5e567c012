package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.TypeNames.listed;
import static io.github.llmfeedback.contract.TypeNames.raw;
import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Types as the text that their users see: public and protected members, one a line, in an order
 * that depends on no compiler and no JDK. Parameters have no names: renaming one breaks nobody.
 */
final class PublicApi {
  private final TypeNames names = new TypeNames();
  private final Collection<Class<?>> types;
  private final Predicate<Class<?>> isHidden;

  /**
   * The API of some types.
   *
   * @param isHidden whether users cannot name a supertype: what it declares is shown where they see
   *     it, in its subtypes
   */
  PublicApi(Collection<Class<?>> types, Predicate<Class<?>> isHidden) {
    this.types = types;
    this.isHidden = isHidden;
    types.forEach(this::lines); // afterwards it is known which short names mean two types
  }

  /** The full names of the types that the lines name, but for those that they declare. */
  Collection<String> imports() {
    return names.imports(types);
  }

  /** A type's heading and its members, which are indented. */
  List<String> lines(Class<?> type) {
    Map<String, String> members = new TreeMap<>();
    collect(type, type, members);
    return Stream.concat(
            Stream.of(heading(type)), members.values().stream().map(line -> "  " + line))
        .toList();
  }

  private String heading(Class<?> type) {
    Set<String> classes = new LinkedHashSet<>();
    Set<String> interfaces = new LinkedHashSet<>(); // two hidden ones may share one
    supertypes(type, classes, interfaces);
    List<String> permitted =
        type.isSealed() && !type.isEnum()
            ? Stream.of(type.getPermittedSubclasses()).map(names::name).toList()
            : List.of();
    return modifiers(type)
        + names.name(type)
        + names.parameters(type.getTypeParameters())
        + (type.isRecord() ? components(type) : "")
        + listed(" extends ", ", ", type.isInterface() ? interfaces : classes)
        + listed(" implements ", ", ", type.isInterface() ? Set.of() : interfaces)
        + listed(" permits ", ", ", permitted);
  }

  private static String modifiers(Class<?> type) {
    int all = type.getModifiers();
    boolean isFree =
        !Modifier.isFinal(all)
            && !type.isSealed()
            && Stream.concat(
                    Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()))
                .anyMatch(Class::isSealed);
    String sealed = type.isSealed() ? "sealed " : isFree ? "non-sealed " : "";
    String start = deprecated(type) + (Modifier.isProtected(all) ? "protected " : "");
    if (type.isInterface()) {
      return start + sealed + (type.isAnnotation() ? "@interface " : "interface ");
    } else if (type.isEnum() || type.isRecord()) {
      return start + (type.isEnum() ? "enum " : "record ");
    }
    return start
        + (Modifier.isAbstract(all) ? "abstract " : "")
        + (Modifier.isFinal(all) ? "final " : "")
        + sealed
        + (type.isMemberClass() && !Modifier.isStatic(all) ? "inner class " : "class ");
  }

  private String components(Class<?> type) {
    return Stream.of(type.getRecordComponents())
        .map(each -> names.name(each.getAnnotatedType()) + " " + each.getName())
        .collect(joining(", ", "(", ")"));
  }

  private static Stream<AnnotatedType> supertypes(Class<?> type) {
    return Stream.concat(
        Stream.ofNullable(type.getAnnotatedSuperclass()), Stream.of(type.getAnnotatedInterfaces()));
  }

  /** Finds the supertypes that users can name; in place of a hidden one its own. */
  private void supertypes(Class<?> type, Set<String> classes, Set<String> interfaces) {
    for (AnnotatedType each : supertypes(type).toList()) {
      if (isHidden.test(raw(each))) {
        names.learn(each);
        supertypes(raw(each), classes, interfaces);
      } else if (!Set.of(Object.class, Record.class, Enum.class).contains(raw(each))) {
        (raw(each).isInterface() ? interfaces : classes).add(names.name(each));
      }
    }
  }

  /** Adds what {@code owner} declares for users of {@code type}, by keys in the text's order. */
  private void collect(Class<?> owner, Class<?> type, Map<String, String> members) {
    for (Field each : owner.getDeclaredFields()) {
      if (isSeen(each, type)) {
        String key =
            each.isEnumConstant() ? "0 %05d".formatted(place(each)) : "1 " + each.getName();
        members.putIfAbsent(key, line(each));
      }
    }
    for (Constructor<?> each : owner.getDeclaredConstructors()) {
      if (owner == type && isSeen(each, type) && !type.isRecord()) {
        members.put("2 " + erasure(each), line(each));
      }
    }
    for (Method each : owner.getDeclaredMethods()) {
      if (isSeen(each, type) && !isImplied(each, type)) {
        String rank = Modifier.isStatic(each.getModifiers()) ? "3 " : "4 ";
        members.putIfAbsent(rank + erasure(each), line(each));
      }
    }
    for (AnnotatedType each : supertypes(owner).toList()) {
      if (isHidden.test(raw(each))) {
        names.learn(each);
        collect(raw(each), type, members);
      }
    }
  }

  private static int place(Field constant) {
    return Arrays.asList(constant.getType().getEnumConstants()).indexOf(value(constant));
  }

  private static boolean isSeen(Member member, Class<?> type) {
    int all = member.getModifiers();
    return !member.isSynthetic()
        && (Modifier.isPublic(all) || (Modifier.isProtected(all) && isExtensible(type)));
  }

  /** Whether users can extend a type: protected members of others are out of their reach. */
  static boolean isExtensible(Class<?> type) {
    return !Modifier.isFinal(type.getModifiers())
        && Stream.of(type.getDeclaredConstructors())
            .mapToInt(Constructor::getModifiers)
            .anyMatch(each -> Modifier.isPublic(each) || Modifier.isProtected(each));
  }

  /** Whether every type has it, or every enum or record of such a heading. */
  private static boolean isImplied(Method method, Class<?> type) {
    String erasure = erasure(method);
    return Set.of("equals(java.lang.Object)", "hashCode()", "toString()").contains(erasure)
        || (type.isEnum() && Set.of("values()", "valueOf(java.lang.String)").contains(erasure))
        || (type.isRecord()
            && Stream.of(type.getRecordComponents())
                .anyMatch(each -> erasure.equals(each.getName() + "()")));
  }

  private static String erasure(Executable executable) {
    return executable.getName()
        + Stream.of(executable.getParameterTypes())
            .map(Class::getTypeName)
            .collect(joining(", ", "(", ")"));
  }

  private String line(Field field) {
    if (field.isEnumConstant()) {
      return deprecated(field) + field.getName();
    }
    boolean isConstant =
        Modifier.isStatic(field.getModifiers())
            && Modifier.isFinal(field.getModifiers())
            && (field.getType().isPrimitive() || field.getType() == String.class);
    return modifiers(field)
        + names.name(field.getAnnotatedType())
        + " "
        + field.getName()
        + (isConstant ? " = " + literal(value(field)) : "");
  }

  private static Object value(Field constant) {
    try {
      constant.setAccessible(true); // that of a hidden supertype
      return constant.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String literal(Object value) {
    return value instanceof String text
        ? '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"'
        : value.toString();
  }

  private String line(Executable executable) {
    String variables = names.parameters(executable.getTypeParameters());
    String parameters = String.join(", ", names.names(executable.getAnnotatedParameterTypes()));
    return modifiers(executable)
        + (variables.isEmpty() ? "" : variables + " ")
        + (executable instanceof Method method
            ? names.name(method.getAnnotatedReturnType()) + " " + method.getName()
            : executable.getDeclaringClass().getSimpleName())
        + "("
        + (executable.isVarArgs() ? parameters.replaceFirst("\\[]$", "...") : parameters)
        + ")"
        + listed(" throws ", ", ", names.names(executable.getAnnotatedExceptionTypes()));
  }

  private static <M extends AnnotatedElement & Member> String modifiers(M member) {
    int all = member.getModifiers();
    Class<?> owner = member.getDeclaringClass();
    boolean canBeOverridden = !Modifier.isFinal(owner.getModifiers());
    return deprecated(member)
        + (Modifier.isProtected(all) ? "protected " : "")
        + (Modifier.isStatic(all) ? "static " : "")
        + (Modifier.isAbstract(all) && !owner.isInterface() ? "abstract " : "")
        + (member instanceof Method method && method.isDefault() ? "default " : "")
        + (Modifier.isFinal(all) && (member instanceof Field || canBeOverridden) ? "final " : "");
  }

  private static String deprecated(AnnotatedElement element) {
    Deprecated mark = element.getAnnotation(Deprecated.class);
    return mark == null ? "" : "@Deprecated" + (mark.forRemoval() ? "(forRemoval = true) " : " ");
  }
}
