package io.layerd.daemon.nativeimage;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.graalvm.nativeimage.hosted.Feature.FeatureAccess;

/**
 * Finds the classes of ours that keep a source of random numbers in a static field. Quarkus
 * initialises classes while the executable is built, and then all copies of it would draw the same.
 */
final class RunTimeClasses {
  private static final String ROOT = "io/layerd";

  private RunTimeClasses() {}

  static List<Class<?>> among(FeatureAccess access) {
    List<Class<?>> found = new ArrayList<>();
    for (Path entry : access.getApplicationClassPath()) {
      for (String name : classNames(entry)) {
        Class<?> type = access.findClassByName(name);
        if (type != null && keepsRandomNumbers(type)) {
          found.add(type);
        }
      }
    }
    return found;
  }

  static boolean keepsRandomNumbers(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields()).anyMatch(RunTimeClasses::isRandom);
  }

  private static boolean isRandom(Field field) {
    return Modifier.isStatic(field.getModifiers())
        && RandomGenerator.class.isAssignableFrom(field.getType());
  }

  private static List<String> classNames(Path entry) {
    try {
      if (Files.isDirectory(entry)) {
        return classNamesBelow(entry);
      }
      try (FileSystem jar = FileSystems.newFileSystem(entry)) {
        return classNamesBelow(jar.getPath("/"));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + entry, e);
    }
  }

  private static List<String> classNamesBelow(Path root) throws IOException {
    Path ours = root.resolve(ROOT);
    if (!Files.isDirectory(ours)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(ours)) {
      return tree.map(path -> root.relativize(path).toString())
          .filter(name -> name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }
}
