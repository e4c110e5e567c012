package io.github.llmfeedback.contract;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a text names types: briefly, as Java code with imports does, and with their nullness. */
final class TypeNames {
  private final Map<String, Set<String>> packagesByBrief = new HashMap<>();
  private final Map<TypeVariable<?>, AnnotatedType> meanings = new HashMap<>();

  /** The top-level types that the text named by their short names, but for {@code declared}. */
  Collection<String> imports(Collection<Class<?>> declared) {
    TreeSet<String> names = new TreeSet<>();
    packagesByBrief.forEach(
        (brief, packages) -> {
          if (packages.size() == 1 && !packages.contains("java.lang")) {
            names.add(packages.iterator().next() + "." + brief.replaceFirst("\\..*", ""));
          }
        });
    declared.forEach(type -> names.remove(type.getCanonicalName()));
    return names;
  }

  /** From now on, the variables of a generic supertype are what its subtype puts in their place. */
  void learn(AnnotatedType supertype) {
    if (supertype instanceof AnnotatedParameterizedType generic) {
      TypeVariable<?>[] variables = raw(supertype).getTypeParameters();
      for (int i = 0; i < variables.length; i++) {
        meanings.put(variables[i], generic.getAnnotatedActualTypeArguments()[i]);
      }
    }
  }

  static Class<?> raw(AnnotatedType type) {
    Type raw = type.getType();
    return (Class<?>) (raw instanceof ParameterizedType generic ? generic.getRawType() : raw);
  }

  /** Without its package, unless there was another type of that name before. */
  String name(Class<?> type) {
    String full = Objects.requireNonNullElse(type.getCanonicalName(), type.getName());
    String brief = full.replaceFirst("^\\Q" + type.getPackageName() + ".\\E", "");
    Set<String> packages = packagesByBrief.computeIfAbsent(brief, key -> new TreeSet<>());
    packages.add(type.getPackageName());
    return packages.size() == 1 ? brief : full;
  }

  String name(AnnotatedType type) {
    String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
    if (type.getType() instanceof TypeVariable<?> variable) {
      AnnotatedType meaning = meanings.get(variable);
      return nullable + (meaning == null ? variable.getName() : name(meaning));
    } else if (type instanceof AnnotatedWildcardType wildcard) {
      return "?"
          + listed(" super ", " & ", names(wildcard.getAnnotatedLowerBounds()))
          + bounds(wildcard.getAnnotatedUpperBounds());
    } else if (type instanceof AnnotatedArrayType array) {
      return name(array.getAnnotatedGenericComponentType())
          + (nullable.isEmpty() ? "" : " " + nullable)
          + "[]";
    } else if (type instanceof AnnotatedParameterizedType generic) {
      List<String> arguments = names(generic.getAnnotatedActualTypeArguments());
      return nullable + name(raw(type)) + "<" + String.join(", ", arguments) + ">";
    }
    return nullable + name(raw(type));
  }

  List<String> names(AnnotatedType[] types) {
    return Stream.of(types).map(this::name).toList();
  }

  /** The type parameters of a class or a method with their bounds; empty if there are none. */
  String parameters(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Stream.of(variables)
            .map(each -> each.getName() + bounds(each.getAnnotatedBounds()))
            .collect(joining(", ", "<", ">"));
  }

  private String bounds(AnnotatedType[] types) {
    List<String> names = names(types);
    return names.equals(List.of("Object")) ? "" : listed(" extends ", " & ", names);
  }

  /** A list after its keyword; nothing if there is nothing to list. */
  static String listed(String keyword, String separator, Collection<String> names) {
    return names.isEmpty() ? "" : keyword + String.join(separator, names);
  }
}
