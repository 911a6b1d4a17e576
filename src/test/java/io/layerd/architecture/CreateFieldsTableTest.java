package io.layerd.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/containers.md names a test for every field of a create request, and the tests are there. */
class CreateFieldsTableTest {
  private static final Path TABLE = Path.of("docs/containers.md");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  private static List<String> quoted(String text) {
    return QUOTED.matcher(text).results().map(match -> match.group(1)).toList();
  }

  /** The rows below a heading, as their cells. */
  private static List<String[]> rows(String heading) throws IOException {
    List<String[]> rows = new ArrayList<>();
    boolean below = false;
    for (String line : Files.readAllLines(TABLE)) {
      if (line.startsWith("## ")) {
        below = line.equals("## " + heading);
      } else if (below && line.startsWith("| `")) {
        rows.add(Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new));
      }
    }
    return rows;
  }

  private static List<String> fields(Class<?> record) {
    return Arrays.stream(record.getRecordComponents())
        .map(CreateFieldsTableTest::name)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static String name(RecordComponent component) {
    JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
    return property == null ? "" : property.value();
  }

  @ParameterizedTest
  @CsvSource({
    "Config,CONFIG",
    "HostConfig,HOST",
    "HostConfig.Mounts,MOUNT",
    "NetworkingConfig.EndpointsConfig,ENDPOINT"
  })
  void everyFieldIsThereOnce(String heading, Kind kind) throws IOException {
    List<String> told = new ArrayList<>();
    for (String[] cells : rows(heading)) {
      told.addAll(quoted(cells[1]));
    }
    assertThat(fields(kind.record)).hasSizeGreaterThan(5);
    assertThat(told).containsExactlyInAnyOrderElementsOf(fields(kind.record));
  }

  enum Kind {
    CONFIG(ContainerConfig.class),
    HOST(HostConfig.class),
    MOUNT(MountRequest.class),
    ENDPOINT(EndpointSettings.class);

    private final Class<?> record;

    Kind(Class<?> record) {
      this.record = record;
    }
  }

  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString();
        tests.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    return tests;
  }

  @Test
  void everyRowIsProvedByTestsThatExist() throws IOException {
    Map<String, String> tests = tests();
    List<String[]> all = new ArrayList<>();
    for (String heading :
        List.of("Config", "HostConfig", "HostConfig.Mounts", "NetworkingConfig.EndpointsConfig")) {
      all.addAll(rows(heading));
    }
    assertThat(all).hasSizeGreaterThan(50);
    for (String[] cells : all) {
      if (cells[3].equals("-")) {
        assertThat(cells[2]).as(cells[1]).containsAnyOf("kept and shown", "ignored in a request");
        continue;
      }
      String test = "";
      List<String> words = quoted(cells[3]);
      assertThat(words).as(cells[1]).isNotEmpty();
      for (String word : words) {
        if (word.matches("\\w+(IT|Test)")) {
          test = word;
          assertThat(tests).as(cells[1]).containsKey(word);
        } else {
          assertThat(tests.getOrDefault(test, ""))
              .as("%s: %s of %s", cells[1], word, test)
              .containsPattern("void " + word + "\\(");
        }
      }
    }
  }

  @Test
  void testsThatAnyPageNamesExist() throws IOException {
    Map<String, String> tests = tests();
    try (Stream<Path> pages = Files.walk(Path.of("docs"))) {
      for (Path page : pages.filter(one -> one.toString().endsWith(".md")).toList()) {
        assertThat(
                Pattern.compile("`([A-Z]\\w+(?:IT|Test))`")
                    .matcher(Files.readString(page))
                    .results()
                    .map((MatchResult match) -> match.group(1)))
            .as(page.toString())
            .allMatch(tests::containsKey);
      }
    }
  }
}
