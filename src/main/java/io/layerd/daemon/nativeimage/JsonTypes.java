package io.layerd.daemon.nativeimage;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Finds what Jackson may read and write, so that nobody has to list it: every record of ours,
 * whatever else of ours carries a Jackson annotation, and the types of ours among their components.
 */
final class JsonTypes {
  private static final String OURS = "io.layerd.";
  private static final String JACKSON = "com.fasterxml.jackson.annotation.";

  private JsonTypes() {}

  static boolean isJson(Class<?> type) {
    return type.getName().startsWith(OURS)
        && (type.isRecord()
            || annotated(type)
            || annotated(type.getDeclaredFields())
            || annotated(type.getDeclaredMethods())
            || Arrays.stream(type.getDeclaredConstructors()).anyMatch(JsonTypes::annotated));
  }

  /** The type and those of its components, and of theirs. */
  static Set<Class<?>> withComponents(Class<?> type) {
    Set<Class<?>> found = new LinkedHashSet<>();
    add(type, found);
    return found;
  }

  private static void add(Type type, Set<Class<?>> found) {
    switch (type) {
      case Class<?> plain when plain.isArray() -> add(plain.getComponentType(), found);
      case Class<?> plain -> {
        if (plain.getName().startsWith(OURS) && found.add(plain) && plain.isRecord()) {
          for (RecordComponent component : plain.getRecordComponents()) {
            add(component.getGenericType(), found);
          }
        }
      }
      case ParameterizedType generic -> {
        add(generic.getRawType(), found);
        for (Type argument : generic.getActualTypeArguments()) {
          add(argument, found);
        }
      }
      case GenericArrayType array -> add(array.getGenericComponentType(), found);
      case WildcardType wildcard -> add(wildcard.getUpperBounds()[0], found);
      default -> {
        // a type variable: whoever fills it in names a class
      }
    }
  }

  private static boolean annotated(AnnotatedElement... elements) {
    for (AnnotatedElement element : elements) {
      for (Annotation annotation : element.getDeclaredAnnotations()) {
        if (annotation.annotationType().getName().startsWith(JACKSON)) {
          return true;
        }
      }
    }
    return false;
  }
}
