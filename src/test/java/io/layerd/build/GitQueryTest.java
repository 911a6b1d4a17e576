package io.layerd.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GitQueryTest {
  @Test
  void aQueryIsTheSameAsAFragment() {
    assertThat(GitQuery.plain("https://h/x.git?ref=a&subdir=b%2Fc"))
        .isEqualTo("https://h/x.git#a:b/c");
    assertThat(GitQuery.plain("https://h/x.git?branch=b"))
        .isEqualTo("https://h/x.git#refs/heads/b");
    assertThat(GitQuery.plain("git://h/x.git?tag=t")).isEqualTo("git://h/x.git#refs/tags/t");
    assertThat(GitQuery.plain("https://h/x.git?")).isEqualTo("https://h/x.git#");
    for (String other :
        new String[] {"https://h/x.git#a:b", "https://h/x.tar?ref=a", "git@h:x.git"}) {
      assertThat(GitQuery.plain(other)).isEqualTo(other);
    }
    assertThatThrownBy(() -> GitQuery.plain("https://h/x.git?depth=1"))
        .hasMessage("unexpected query \"depth\" of a repository");
  }
}
