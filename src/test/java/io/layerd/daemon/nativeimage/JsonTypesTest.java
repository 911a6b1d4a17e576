package io.layerd.daemon.nativeimage;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonValue;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.layerd.container.GoTime;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import io.layerd.spec.PortBinding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever adds JSON gets it into the native executable without knowing of it. */
class JsonTypesTest {
  private record Plain(Map<String, List<Inner[]>> inner, String text) {}

  private record Inner(Kind kind) {}

  private enum Kind {
    ONLY
  }

  private static final class Annotated {
    @JsonValue
    String text() {
      return "";
    }
  }

  private static final class Unmarked {}

  @Test
  void recordsAndWhatIsAnnotated() {
    assertThat(JsonTypes.isJson(Plain.class)).isTrue();
    assertThat(JsonTypes.isJson(Annotated.class)).isTrue();
    assertThat(JsonTypes.isJson(GoTime.class)).isTrue();
    assertThat(JsonTypes.isJson(Unmarked.class)).isFalse();
    assertThat(JsonTypes.isJson(Map.Entry.class)).isFalse();
  }

  @Test
  void componentsOfComponents() {
    assertThat(JsonTypes.withComponents(Plain.class))
        .containsExactlyInAnyOrder(Plain.class, Inner.class, Kind.class);
    assertThat(JsonTypes.withComponents(HostConfig.class))
        .contains(HostConfig.class, PortBinding.class, MountRequest.class);
  }

  /** A class with getters would be written in a JVM and be empty in the native executable. */
  @Test
  void whatTheApiAnswersIsRecords() {
    classes()
        .that()
        .resideInAPackage("io.layerd.api.model")
        .and()
        .arePublic()
        .should()
        .beRecords()
        .orShould()
        .beEnums()
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.layerd.api.model"));
  }
}
