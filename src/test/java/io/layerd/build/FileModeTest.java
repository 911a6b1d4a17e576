package io.layerd.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.Stat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As BuildKit of dockerd 28.5 takes them. */
class FileModeTest {
  private static String changed(String text, int mode) {
    return Integer.toOctalString(
        Objects.requireNonNull(FileMode.parse(text, true)).applyAsInt(mode));
  }

  @ParameterizedTest
  @CsvSource({
    "'755', 755",
    "'u=rwX,go=rX', 644",
    "'go-r,u+x', 700",
    "'a+t,ug+s,o=', 7640",
    "'+x', 755",
    "'o=u', 646",
    "'u+rwx-w', 544",
    "'a=', 0",
    "'g=u', 664",
  })
  void filesOf644(String text, String expected) {
    assertThat(changed(text, Stat.S_IFREG | 0644)).isEqualTo(expected);
  }

  @Test
  void directoriesMayBeSearched() {
    assertThat(changed("u=rwX,go=rX", Stat.S_IFDIR | 0700)).isEqualTo("755");
    assertThat(changed("go-r,u+x", Stat.S_IFDIR | 0755)).isEqualTo("711");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThat(FileMode.parse("", true)).isNull();
    for (String text : new String[] {"zz", "u", "u=rwq", "u+x,,g+x", "8777"}) {
      assertThatThrownBy(() -> FileMode.parse(text, true))
          .as(text)
          .isInstanceOf(InvalidParameter.class);
    }
    assertThatThrownBy(() -> FileMode.parse("u+x", false)).isInstanceOf(InvalidParameter.class);
  }
}
