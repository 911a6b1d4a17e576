package io.layerd.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IgnorePatternsTest {
  @Test
  void linesBecomeThePatternsThatClientsApply() {
    String text = "\uFEFF# no\n\n  *.log  \r\n/a/b/\n./c//d/../e\n! !x\n!/keep\n#\n.\n";
    assertThat(IgnorePatterns.parse(text))
        .containsExactly("*.log", "a/b", "c/e", "!!x", "!keep", ".");
  }
}
