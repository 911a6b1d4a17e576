package io.layerd.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  private static final String D = "sha256:" + "b".repeat(64);

  private static String entry(String platform) {
    return "{\"mediaType\":\""
        + MediaTypes.OCI_MANIFEST
        + "\",\"digest\":\""
        + D
        + "\",\"size\":7,\"platform\":"
        + platform
        + "}";
  }

  private static Index index(String... platforms) {
    StringBuilder entries = new StringBuilder();
    for (String platform : platforms) {
      entries.append(entries.isEmpty() ? "" : ",").append(entry(platform));
    }
    String json = "{\"schemaVersion\":2,\"manifests\":[" + entries + "]}";
    return (Index) ManifestDocument.parse(MediaTypes.OCI_INDEX, json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, true", "linux/arm64, true", "linux/arm64/v8, true", "linux/arm/v7, true",
    "linux/arm/v6, false", "linux/386, false", "windows/amd64, false", "linux/amd64/v2, true",
  })
  void selectsByPlatform(String wanted, boolean found) {
    Index index =
        index(
            "{\"architecture\":\"unknown\",\"os\":\"unknown\"}",
            "{\"architecture\":\"amd64\",\"os\":\"linux\"}",
            "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}",
            "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"}");
    assertThat(index.select(PlatformMatcher.parse(wanted)).isPresent()).isEqualTo(found);
  }

  @Test
  void prefersTheBestVariant() {
    Index index =
        index(
            "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v5\"}",
            "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v6\"}",
            "{\"architecture\":\"386\",\"os\":\"linux\"}");
    assertThat(index.select(PlatformMatcher.parse("linux/arm/v7")).orElseThrow().platform())
        .isEqualTo(new Platform("arm", "linux", null, "v6"));
    assertThat(index.select(PlatformMatcher.parse("amd64")).orElseThrow().platform())
        .isEqualTo(new Platform("386", "linux", null, null));
  }

  @Test
  void refusesWhatIsNoImage() {
    assertThatThrownBy(() -> PlatformMatcher.parse("foo"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("\"foo\": unknown operating system or architecture: invalid argument");
    for (String bad :
        new String[] {
          "",
          "{",
          "[]",
          "{\"schemaVersion\":1}",
          "{\"schemaVersion\":2}",
          "{\"schemaVersion\":2,\"config\":{\"digest\":\"x\",\"size\":1}}",
          "{\"schemaVersion\":2,\"mediaType\":\"a/b\"}",
          "{\"schemaVersion\":2,\"config\":{\"digest\":\"" + D + "\",\"size\":-1}}",
        }) {
      assertThatThrownBy(() -> ManifestDocument.parse(MediaTypes.OCI_MANIFEST, bad.getBytes(UTF_8)))
          .as(bad)
          .isInstanceOf(InvalidParameter.class);
    }
  }

  @Test
  void readsConfigurations() {
    String json =
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"history\":null,"
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
            + D
            + "\"]},\"x\":1}";
    assertThat(ImageConfig.parse(json.getBytes(UTF_8)).diffIds()).containsExactly(DiffId.parse(D));
    assertThatThrownBy(() -> ImageConfig.parse("{}".getBytes(UTF_8)))
        .hasMessage("invalid rootfs in image configuration");
  }
}
