package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Platform;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void filtersComeAsListsOrAsSets() {
    assertThat(Filters.parse("{\"name\":[\"a\",\"b\"],\"x\":[]}"))
        .containsEntry("name", List.of("a", "b"))
        .containsEntry("x", List.of());
    assertThat(Filters.parse("{\"status\":{\"running\":true}}"))
        .containsEntry("status", List.of("running"));
    assertThat(Filters.parse(null)).isEmpty();
    assertThat(Filters.parse("")).isEmpty();
    assertThat(Filters.parse("null")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"xx", "[]", "{\"a\":1}", "{\"a\":[1]}", "{\"a\":{\"b\":2}}", "\"a\""})
  void malformedFiltersAreRefused(String text) {
    assertThatThrownBy(() -> Filters.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid filter");
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000,2023-11-14T22:13:20Z",
    "1700000000.5,2023-11-14T22:13:20.500Z",
    "1700000000.000000001,2023-11-14T22:13:20.000000001Z",
    "2026-01-01T00:00:00Z,2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00.25+01:00,2026-01-01T00:00:00.250Z",
    "5m,2026-01-02T02:59:05Z",
    "1h30m,2026-01-02T01:34:05Z",
    "1.5s,2026-01-02T03:04:03.500Z"
  })
  void momentsAreSecondsDatesOrDurations(String text, Instant moment) {
    assertThat(Moment.parse(text, NOW)).isEqualTo(moment);
  }

  @Test
  void aMomentMayBeAbsentAndMustMakeSense() {
    assertThat(Moment.parse(null, NOW)).isNull();
    assertThat(Moment.parse("", NOW)).isNull();
    assertThat(Moment.parse("0", NOW)).isEqualTo(Instant.EPOCH);
    assertThatThrownBy(() -> Moment.parse("abc", NOW))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("strconv.ParseInt: parsing \"abc\": invalid syntax");
    assertThatThrownBy(() -> Moment.parse("99999999999999999999999", NOW))
        .isInstanceOf(InvalidParameter.class);
  }

  @Test
  void booleansAreGenerous() {
    assertThat(List.of("1", "true", "True", "yes", "x").stream().allMatch(Params::bool)).isTrue();
    assertThat(List.of("", "0", "no", "false", "None").stream().noneMatch(Params::bool)).isTrue();
  }

  @Test
  void numbersAreNot() {
    assertThat(Params.number("-1")).isEqualTo(-1);
    assertThat(Params.number(null)).isNull();
    assertThatThrownBy(() -> Params.number("x"))
        .hasMessage("strconv.Atoi: parsing \"x\": invalid syntax");
    assertThatThrownBy(() -> Params.dimension("a", "height"))
        .hasMessage("invalid resize height \"a\": invalid syntax");
    assertThatThrownBy(() -> Params.dimension("99999999999", "width"))
        .hasMessage("invalid resize width \"99999999999\": value out of range");
  }

  @Test
  void platformsAreNormalised() {
    assertThat(PlatformText.parse("linux/x86_64"))
        .isEqualTo(new Platform("amd64", "linux", null, null));
    assertThat(PlatformText.parse("linux/arm/v7"))
        .isEqualTo(new Platform("arm", "linux", null, "v7"));
    assertThat(PlatformText.parse("")).isNull();
    assertThatThrownBy(() -> PlatformText.parse("x/y/z/w"))
        .hasMessage("\"x/y/z/w\": cannot parse platform specifier: invalid argument");
    assertThatThrownBy(() -> PlatformText.parse("linux/$"))
        .hasMessageContaining("is an invalid component");
  }

  @Test
  void credentialsAreReadAndNeverPrinted() {
    String json = "{\"username\":\"me\",\"password\":\"secret?>\"}";
    String header = Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    assertThat(RegistryAuth.decode(header).username()).isEqualTo("me");
    assertThat(RegistryAuth.decode(header).password()).isEqualTo("secret?>");
    assertThat(RegistryAuth.decode(header).toString()).doesNotContain("secret");
    assertThat(RegistryAuth.decode("!!").username()).isNull();
    assertThat(RegistryAuth.decode(null).username()).isNull();
  }

  @Test
  void pathsAreCleanedAsGoDoes() {
    assertThat(CleanPath.of("//info")).isEqualTo("/info");
    assertThat(CleanPath.of("/v1.51/containers//json")).isEqualTo("/v1.51/containers/json");
    assertThat(CleanPath.of("/a/./b/../c/")).isEqualTo("/a/c/");
    assertThat(CleanPath.of("/../..")).isEqualTo("/");
  }
}
