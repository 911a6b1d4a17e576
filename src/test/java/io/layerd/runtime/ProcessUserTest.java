package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessUserTest {
  private static final UserFiles FILES =
      new UserFiles(
          "# comment\nroot:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/var/www:/bin/sh\nbroken\n"
              + "1000:x:77:78::/:/bin/sh\n",
          "root:x:0:\nwww:x:33:\naudio:x:29:www,root\nvideo:x:44:www\nbad\n");

  @Test
  void namesAndNumbers() {
    assertThat(user("")).isEqualTo(new ProcessUser(0, 0, List.of(0, 29)));
    assertThat(user("www")).isEqualTo(new ProcessUser(33, 33, List.of(33, 29, 44)));
    assertThat(user("33")).isEqualTo(new ProcessUser(33, 33, List.of(33, 29, 44)));
    assertThat(user("www:audio")).isEqualTo(new ProcessUser(33, 29, List.of(29)));
    assertThat(user("500:501")).isEqualTo(new ProcessUser(500, 501, List.of(501)));
    assertThat(user("500")).isEqualTo(new ProcessUser(500, 0, List.of(0)));
    assertThat(user(":12")).isEqualTo(new ProcessUser(0, 12, List.of(12)));
    assertThat(user("1000")).isEqualTo(new ProcessUser(77, 78, List.of(78)));
    assertThat(ProcessUser.resolve("www", List.of("1234", "video"), FILES).groups())
        .containsExactly(33, 29, 44, 1234);
  }

  @Test
  void unknownOnes() {
    refused("nope", "unable to find user nope: no matching entries in passwd file");
    refused("www:nope", "unable to find group nope: no matching entries in group file");
    refused("99999999999", "uids and gids must be in range 0-2147483647");
    refused("-1", "uids and gids must be in range 0-2147483647");
  }

  @Test
  void filesOfAContainerAreReadInsideItsRootOnly(@TempDir Path root) throws Exception {
    Files.createDirectories(root.resolve("etc/real"));
    Files.writeString(root.resolve("etc/real/passwd"), "inside:x:5:6::/:/bin/sh\n");
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/etc/real/passwd"));
    assertThat(new ProcessBuilder("mkfifo", root.resolve("etc/group").toString()).start().waitFor())
        .isZero();
    UserFiles files = UserFiles.read(Sys.host(), root);
    assertThat(ProcessUser.resolve("inside", List.of(), files))
        .isEqualTo(new ProcessUser(5, 6, List.of(6)));
    assertThat(files.findUser("root")).isNull();
    assertThat(files.findGroup("root")).isNull();
  }

  @Test
  void noFilesAtAll(@TempDir Path root) throws IOException {
    UserFiles files = UserFiles.read(Sys.host(), root.resolve("none"));
    assertThat(ProcessUser.resolve("7:8", List.of(), files).uid()).isEqualTo(7);
  }

  private static ProcessUser user(String spec) {
    return ProcessUser.resolve(spec, List.of(), FILES);
  }

  private static void refused(String spec, String message) {
    assertThatThrownBy(() -> user(spec)).hasMessage(message);
  }
}
