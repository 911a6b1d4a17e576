package io.layerd.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreFileTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a a true",
        "a b false",
        "a a/b true",
        "a b/a false",
        "/a a true",
        "a/ a true",
        "./a a true",
        "a/../b b true",
        "*.o x.o true",
        "*.o d/x.o false",
        "*/x.o d/x.o true",
        "**/x.o d/e/x.o true",
        "**/x.o x.o true",
        "d/** d/e/f true",
        "d/** d false",
        "d/**/f d/f true",
        "d/**/f d/e/g/f true",
        "?.c a.c true",
        "?.c ab.c false",
        "[ab].c b.c true",
        "[^ab].c b.c false",
        "[^ab].c c.c true",
        "[a-c]x bx true",
        "a\\*b a*b true",
        "a\\*b axb false",
        "a.c axc false",
        "a**b a/x/b true",
        "a**b a/x/c false",
        "**/**/x x true",
        "**/a*/**/b q/ab/b true",
        "[]a]x ]x true",
        "[\\]a]x ]x true",
        "[a\\-c]x bx false",
        "[^a]x /x false",
        "?x ü/x false",
        "?x 😀x true",
      })
  void patterns(String pattern, String path, boolean excluded) {
    assertThat(IgnoreFile.parse(pattern + "\n").excludes(path)).isEqualTo(excluded);
  }

  @Test
  void theLastMatchDecides() {
    IgnoreFile rules =
        IgnoreFile.parse("\uFEFF# comment\r\n*.md\n!README*.md\nREADME-secret.md\n\n  \n");
    assertThat(rules.excludes("x.md")).isTrue();
    assertThat(rules.excludes("README.md")).isFalse();
    assertThat(rules.excludes("README-secret.md")).isTrue();
    assertThat(rules.hasExceptions()).isTrue();
  }

  @Test
  void somethingBelowAnExcludedDirectoryMayComeBack() {
    IgnoreFile rules = IgnoreFile.parse("d\n!d/keep");
    assertThat(rules.excludes("d/x")).isTrue();
    assertThat(rules.excludes("d/keep/y")).isFalse();
  }

  /** Takes longer than the universe where ways to match are tried one after another. */
  @Test
  void aPatternOfStarsAloneTakesNoTime() {
    String glob = "a**".repeat(200) + "b" + "*x".repeat(200);
    assertThat(IgnoreFile.parse(glob).excludes("a".repeat(4000) + "x".repeat(50))).isFalse();
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> IgnoreFile.parse("!"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("illegal exclusion pattern: \"!\"");
    assertThatThrownBy(() -> IgnoreFile.parse("[a")).isInstanceOf(InvalidParameter.class);
    assertThatThrownBy(() -> IgnoreFile.parse("a\\")).isInstanceOf(InvalidParameter.class);
  }
}
