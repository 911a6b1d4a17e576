package io.layerd.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
  private static final String D =
      "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

  @ParameterizedTest
  @CsvSource({
    "ubuntu, docker.io/library/ubuntu, ubuntu",
    "ubuntu:24.04, docker.io/library/ubuntu:24.04, ubuntu:24.04",
    "user/app, docker.io/user/app, user/app",
    "docker.io/ubuntu, docker.io/library/ubuntu, ubuntu",
    "index.docker.io/ubuntu:x, docker.io/library/ubuntu:x, ubuntu:x",
    "docker.io/library/ubuntu, docker.io/library/ubuntu, ubuntu",
    "docker.io/library/a/b, docker.io/library/a/b, library/a/b",
    "localhost/app, localhost/app, localhost/app",
    "localhost:5000/app:1, localhost:5000/app:1, localhost:5000/app:1",
    "127.0.0.1:5000/a/b_c, 127.0.0.1:5000/a/b_c, 127.0.0.1:5000/a/b_c",
    "[::1]:5000/a, [::1]:5000/a, [::1]:5000/a",
    "quay.io/a/b/c:v1, quay.io/a/b/c:v1, quay.io/a/b/c:v1",
    "UPPER/x, UPPER/x, UPPER/x",
    "Foo.com/bar, Foo.com/bar, Foo.com/bar",
    "a__b/c--d.e, docker.io/a__b/c--d.e, a__b/c--d.e",
    "a:_T.-x, docker.io/library/a:_T.-x, a:_T.-x",
  })
  void normalises(String text, String full, String familiar) {
    Reference reference = Reference.parse(text);
    assertThat(reference).hasToString(full);
    assertThat(reference.familiar()).isEqualTo(familiar);
    assertThat(Reference.parse(full)).isEqualTo(reference);
  }

  @Test
  void digestWinsOverTag() {
    Reference both = Reference.parse("app:1@" + D);
    assertThat(both).hasToString("docker.io/library/app:1@" + D);
    assertThat(both.stored()).isEqualTo(Reference.parse("app@" + D));
    assertThat(Reference.parse("app").stored().familiar()).isEqualTo("app:latest");
  }

  /** What dockerd 28.5 answers to each. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a:b:c | invalid reference format",
        "-x | invalid reference format",
        "foo//bar | invalid reference format",
        "x:-t | invalid reference format",
        "busybox: | invalid reference format",
        "'' | invalid reference format",
        "no such | invalid reference format",
        "http://foo/bar | invalid reference format",
        "busybox@sha256:12 | invalid reference format",
        "a@b | invalid reference format",
        "a___b | invalid reference format",
        "a.-b | invalid reference format",
        "UP | invalid reference format: repository name (library/UP) must be lowercase",
        "localhost/Foo | invalid reference format: repository name (Foo) must be lowercase",
        "busybox@md5:d41d8cd98f00b204e9800998ecf8427e | unsupported digest algorithm",
        "busybox@sha256:d41d8cd98f00b204e9800998ecf8427e | invalid checksum digest length",
      })
  void refuses(String text, String message) {
    assertThatThrownBy(() -> Reference.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void refusesWhatLooksLikeAnId() {
    String id = "a".repeat(64);
    assertThatThrownBy(() -> Reference.parse(id))
        .hasMessage(
            "invalid repository name (" + id + "), cannot specify 64-byte hexadecimal strings");
    assertThatThrownBy(() -> Reference.parse("ab/".repeat(90) + "x"))
        .hasMessage("repository name must not be more than 255 characters");
    assertThatThrownBy(() -> Reference.parse("a").withTag("!")).hasMessage("invalid tag format");
  }
}
