package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTextTest {
  @ParameterizedTest
  @CsvSource({
    "/containers/json,/containers/json",
    "/containers/%6Ason,/containers/json",
    "/containers%2fcreate,/containers/create",
    "/a%2F..%2fb,/a/../b",
    "/a%252fb,/a%252fb",
    "/a%20b,/a%20b",
    "/%c3%a4,/%C3%A4"
  })
  void aPathHasOneSpelling(String raw, String canonical) {
    assertThat(PathText.canonical(raw)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a%", "/a%2", "/a%zz", "/a%ff"})
  void whatCannotBeDecodedIsNoPath(String raw) {
    assertThat(PathText.canonical(raw)).isNull();
  }
}
