package io.layerd.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Keeps the package map of ARCHITECTURE.md true. */
class PackageMapTest {
  private static final String ROOT = "io.layerd";
  private static final Path SOURCES = Path.of("src/main/java/io/layerd");
  private static final int LONGEST_CLASS_LINES = 350;

  /** What a room tells its progress: the API writes it to the client. */
  private static final Set<String> LISTENERS =
      Set.of(
          "build.BuildOutput",
          "buildkit.StreamedBuild$Trace",
          "container.FrameSink",
          "image.ImageArchives$ImportListener",
          "image.ImageArchives$LoadListener",
          "image.ImageService$PushListener");

  /** Room to the rooms it may know; {@code daemon} may know all. */
  private static final Map<String, Set<String>> MAP =
      Map.ofEntries(
          room("error"),
          room("events"),
          room("metrics"),
          room("oci", "spec", "sys", "error"),
          room("spec", "error"),
          room("dockerfile", "spec", "error"),
          room("sys", "error"),
          room("durable", "sys", "error"),
          room("certs", "durable", "sys", "error"),
          room("mount", "sys", "error"),
          room("security", "sys", "error"),
          room("archive", "oci", "sys", "error"),
          room("graph", "mount", "archive", "durable", "sys", "error"),
          room("rootfs", "archive", "sys", "error"),
          room("fsck", "archive", "oci", "durable", "sys", "error"),
          room("layer", "graph", "archive", "oci", "durable", "sys", "error"),
          room("registry", "oci", "error"),
          room(
              "image",
              "layer",
              "registry",
              "archive",
              "dockerfile",
              "oci",
              "spec",
              "durable",
              "sys",
              "events",
              "metrics",
              "error"),
          room(
              "build",
              "image",
              "layer",
              "container",
              "registry",
              "archive",
              "dockerfile",
              "sys",
              "oci",
              "spec",
              "events",
              "error"),
          room("rpc", "error"),
          room(
              "buildkit",
              "build",
              "image",
              "layer",
              "dockerfile",
              "rpc",
              "registry",
              "archive",
              "sys",
              "oci",
              "spec",
              "events",
              "error"),
          room("volume", "mount", "durable", "sys", "error"),
          room("network", "sys", "mount", "durable", "spec", "metrics", "error"),
          room("runtime", "mount", "security", "oci", "sys", "spec", "durable", "error"),
          room("logs", "spec", "sys", "error"),
          room(
              "container",
              "logs",
              "dockerfile",
              "image",
              "layer",
              "rootfs",
              "archive",
              "sys",
              "mount",
              "volume",
              "network",
              "security",
              "runtime",
              "oci",
              "spec",
              "durable",
              "events",
              "metrics",
              "error"),
          room(
              "engine",
              "image",
              "build",
              "buildkit",
              "rpc",
              "layer",
              "rootfs",
              "archive",
              "container",
              "volume",
              "network",
              "runtime",
              "registry",
              "events",
              "metrics",
              "oci",
              "spec",
              "error"),
          room("authorization", "oci", "spec", "error"),
          room(
              "api",
              "engine",
              "authorization",
              "rpc",
              "events",
              "metrics",
              "oci",
              "spec",
              "error"));

  /** Blocking Java that must also work without the framework, so that a test can call it. */
  private static final String[] FRAMEWORK = {
    "io.quarkus..", "io.vertx..", "io.netty..", "io.smallrye..", "jakarta..", "picocli.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static Map.Entry<String, Set<String>> room(String name, String... mayKnow) {
    return Map.entry(name, Set.of(mayKnow));
  }

  @TestFactory
  Stream<DynamicTest> eachRoomKnowsOnlyItsColumn() {
    return MAP.keySet().stream()
        .sorted()
        .map(
            room ->
                DynamicTest.dynamicTest(
                    room,
                    () ->
                        noClasses()
                            .that()
                            .resideInAPackage(ROOT + "." + room + "..")
                            .should()
                            .dependOnClassesThat(inRoomsForbiddenTo(room))
                            .allowEmptyShould(true)
                            .check(CLASSES)));
  }

  private static DescribedPredicate<JavaClass> inRoomsForbiddenTo(String room) {
    return describe(
        "belong to a room that " + room + " may not know",
        type -> {
          String other = roomOf(type);
          return !other.isEmpty()
              && !other.equals(room)
              && !MAP.get(room).contains(other)
              && !(room.equals("api") && isPlainValue(type));
        });
  }

  /**
   * The facade speaks the rooms' own records, and {@code api} prints them: it may hold what is only
   * a value, never a service.
   */
  private static boolean isPlainValue(JavaClass type) {
    return type.isRecord()
        || type.isEnum()
        || (type.isInterface() && type.getMethods().isEmpty())
        || LISTENERS.contains(type.getName().substring(ROOT.length() + 1));
  }

  /** The first package segment below the root; empty for what is not ours. */
  private static String roomOf(JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith(ROOT + ".")) {
      return "";
    }
    String rest = name.substring(ROOT.length() + 1);
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  @Test
  void everyClassIsInARoomOfTheMap() {
    classes()
        .should()
        .resideInAnyPackage(
            Stream.concat(MAP.keySet().stream(), Stream.of("daemon"))
                .map(room -> ROOT + "." + room + "..")
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void noCyclesBetweenPackages() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlySysCallsTheKernel() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".sys..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jnr.ffi..", "jnr.posix..", "com.kenai..")
        .check(CLASSES);
  }

  @Test
  void noForeignFunctionApi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .because("native images here have no foreign-function support")
        .check(CLASSES);
  }

  @Test
  void belowTheEngineThereIsNoFramework() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".engine..", ROOT + ".api..", ROOT + ".daemon..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FRAMEWORK)
        .check(CLASSES);
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    try (Stream<Path> tree = Files.walk(SOURCES)) {
      List<Path> packages =
          tree.filter(Files::isDirectory).filter(PackageMapTest::holdsSources).toList();
      assertThat(packages).isNotEmpty();
      for (Path directory : packages) {
        assertThat(directory.resolve("package-info.java")).content().contains("@NullMarked", "/**");
      }
    }
  }

  @Test
  void noSourceFileIsLong() throws IOException {
    try (Stream<Path> tree = Files.walk(SOURCES)) {
      for (Path file : tree.filter(path -> path.toString().endsWith(".java")).toList()) {
        assertThat(Files.readAllLines(file).size())
            .as(file.toString())
            .isLessThanOrEqualTo(LONGEST_CLASS_LINES);
      }
    }
  }

  private static boolean holdsSources(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(path -> path.toString().endsWith(".java"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
