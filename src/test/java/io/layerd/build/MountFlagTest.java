package io.layerd.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MountFlagTest {
  private static MountFlag parse(String text) {
    return MountFlag.parse(text, word -> word.replace("$X", "value"));
  }

  @Test
  void namesAreTheReferences() {
    MountFlag flag = parse("type=cache,dst=/a,id=$X,sharing=locked,ro,uid=7,mode=0750");
    assertThat(flag.type()).isEqualTo("cache");
    assertThat(flag.text("target")).isEqualTo("/a");
    assertThat(flag.text("id")).isEqualTo("value");
    assertThat(flag.flag("readonly")).isTrue();
    assertThat(flag.flag("readwrite")).isFalse();
    assertThat(flag.number("uid", 10, 0)).isEqualTo(7);
    assertThat(flag.number("mode", 8, 0)).isEqualTo(0750);
    assertThat(flag.number("gid", 10, 9)).isEqualTo(9);
  }

  @Test
  void aMountIsABindUnlessItSaysOtherwise() {
    assertThat(parse("target=/a").type()).isEqualTo("bind");
    assertThat(MountFlag.source("target=/a,from=stage")).isEqualTo("stage");
    assertThat(MountFlag.source("target=/a")).isEmpty();
    assertThat(parse("\"target=/a,b\"").text("target")).isEqualTo("/a,b");
  }

  @Test
  void sizesHaveUnits() {
    assertThat(parse("type=tmpfs,size=2g").size()).isEqualTo(2L << 30);
    assertThat(parse("type=tmpfs,size=3MB").size()).isEqualTo(3L << 20);
    assertThat(parse("type=tmpfs,size=17").size()).isEqualTo(17);
    assertThat(parse("type=tmpfs").size()).isZero();
    assertThatThrownBy(() -> parse("type=tmpfs,size=many").size())
        .isInstanceOf(InvalidParameter.class);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    for (String text : new String[] {"type=nfs,target=/a", "bogus=1", "target", "type=cache,x"}) {
      assertThatThrownBy(() -> MountFlag.parse(text, UnaryOperator.identity()))
          .as(text)
          .isInstanceOf(InvalidParameter.class);
    }
  }
}
