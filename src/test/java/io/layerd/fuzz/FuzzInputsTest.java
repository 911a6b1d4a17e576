package io.layerd.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code src/test/scripts/fuzz} starts from and what it found, kept below {@code
 * src/test/resources/fuzz/<target>}: each goes through its target again.
 */
class FuzzInputsTest {
  private static final Path INPUTS = Path.of("src/test/resources/fuzz");

  private static final List<String> TARGETS =
      List.of(
          "io.layerd.archive.LayerFuzz",
          "io.layerd.archive.PaxFuzz",
          "io.layerd.archive.TarFuzz",
          "io.layerd.archive.CompressionFuzz",
          "io.layerd.oci.ManifestFuzz",
          "io.layerd.oci.ReferenceFuzz",
          "io.layerd.image.ImageConfigFuzz",
          "io.layerd.dockerfile.DockerfileFuzz",
          "io.layerd.build.IgnoreFileFuzz");

  @TestFactory
  Stream<DynamicTest> everyInput() {
    return TARGETS.stream().flatMap(FuzzInputsTest::inputs);
  }

  private static Stream<DynamicTest> inputs(String target) {
    String name = target.substring(target.lastIndexOf('.') + 1);
    List<Path> files;
    try (Stream<Path> list = Files.list(INPUTS.resolve(name))) {
      files = list.sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertThat(files).as(name).isNotEmpty();
    return files.stream()
        .map(
            file ->
                DynamicTest.dynamicTest(name + " " + file.getFileName(), () -> run(target, file)));
  }

  private static void run(String target, Path file) throws Throwable {
    Method method = Class.forName(target).getMethod("fuzzerTestOneInput", byte[].class);
    try {
      method.invoke(null, (Object) Files.readAllBytes(file));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
