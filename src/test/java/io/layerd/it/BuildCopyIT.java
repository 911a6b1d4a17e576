package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** COPY and ADD as BuildKit takes them. */
@ExtendWith(SharedEngine.class)
class BuildCopyIT {
  private static final String SHOW = "find /o -exec stat -c '%n %a %u:%g %F' {} + | sort";

  private final Engine engine;
  private KitClient client;

  BuildCopyIT(Engine engine) throws IOException {
    this.engine = engine;
    client = KitClient.of(engine);
  }

  @BeforeEach
  void prepare() throws IOException {
    client.file("dir/a", "a");
    client.file("dir/sub/b", "b");
    client.file("f", "f");
    Command.sh("cd " + client.context() + " && chmod -R u=rwX,go=rX . && tar -czf t.tgz dir f");
  }

  @AfterEach
  void close() {
    client.close();
  }

  private String shown(String... steps) throws IOException {
    client.build("FROM busybox\n" + String.join("\n", steps) + "\n", "-t", "it-kit").ok();
    return client.run("sh", "-c", SHOW);
  }

  private String error(String step) throws IOException {
    return client.build("FROM busybox\n" + step + "\n").exits(1).err();
  }

  @Test
  void directoriesOnTheWayAreMade() throws IOException {
    assertThat(shown("COPY --parents dir/sub/b f dir/./sub dir/s*/./b /o/"))
        .contains("/o/dir/sub/b 644", "/o/f 644", "/o/sub 755 0:0 directory", "/o/sub/b 644")
        .contains("/o/b 644")
        .doesNotContain("/o/a", "/o/dir/a");
  }

  @Test
  void modesAreNumbersOrChanges() throws IOException {
    assertThat(
            shown("COPY --chmod=u=rwX,go= dir /o/", "COPY --chmod=a+t,ug+s,o= f /o/g")
                .lines()
                .toList())
        .containsExactly(
            "/o 755 0:0 directory",
            "/o/a 600 0:0 regular file",
            "/o/g 7640 0:0 regular file",
            "/o/sub 700 0:0 directory",
            "/o/sub/b 600 0:0 regular file");
    assertThat(shown("COPY --chmod=700 --chown=33:nobodyhasthis f /o/p/q"))
        .isEqualTo("/o 700 33:0 directory\n/o/p 700 33:0 directory\n/o/p/q 700 33:0 regular file");
    assertThat(error("COPY --chmod=zz f /o")).contains("failed to solve: invalid syntax");
  }

  @Test
  void archivesAreUnpackedUnlessTheyAreNot() throws IOException {
    assertThat(shown("ADD --unpack=false t.tgz /o/")).contains("/o/t.tgz").doesNotContain("/o/f");
    assertThat(shown("ADD t.tgz /o/")).contains("/o/f", "/o/dir/sub/b").doesNotContain("t.tgz");
  }

  @Test
  void severalSourcesMakeADirectoryAndNoneMakeNothing() throws IOException {
    assertThat(shown("COPY dir f /o", "COPY nosuch* /o/")).contains("/o/a ", "/o/f ", "/o/sub ");
  }

  @Test
  void whatIsMissingIsToldAsBuildKitDoes() throws IOException {
    assertThat(error("COPY nosuch /o"))
        .contains("failed to solve: failed to compute cache key: failed to calculate checksum of")
        .contains(": \"/nosuch\": not found", ">>> COPY nosuch /o");
    assertThat(error("RUN --mount=type=bind,source=nosuch,target=/x true"))
        .contains("failed to compute cache key", ": \"/nosuch\": not found");
    assertThat(error("ADD http://127.0.0.1:1/x /o"))
        .contains(
            "failed to load cache key: Get \"http://127.0.0.1:1/x\": dial tcp 127.0.0.1:1: connect:"
                + " connection refused")
        .doesNotContain(">>>");
    assertThat(error("ADD --checksum=sha256:70 f /o"))
        .contains("checksum requires HTTP(S) or Git sources");
    assertThat(error("COPY --from=" + engine.registry().ref("it-nosuch") + " /x /o"))
        .contains("[internal] load metadata for " + engine.registry().ref("it-nosuch:latest"))
        .contains(": failed to resolve source metadata for ", ": not found");
    assertThat(error("RUN [\"nosuchprogram\"]"))
        .contains("process \"nosuchprogram\" did not complete successfully: exit code: 1");
    assertThat(error("USER nobodyhasthis\nRUN true"))
        .contains("process \"/bin/sh -c true\" did not complete successfully: unable to find user");
  }

  @Test
  void aRepositoryIsAdded() throws IOException {
    Path repository = engine.directory();
    try {
      String git = "git -c user.name=n -c user.email=e ";
      String made =
          "cd %s && mkdir one && cd one && git init -q . && mkdir s && echo x >s/x && echo y >y"
              + " && git add -A && %s commit -qm one && git rev-parse HEAD && cd .. && git clone -q --bare one one.git";
      String commit = Command.sh(made.formatted(repository, git)).strip();
      try (GitOverHttp server = new GitOverHttp(repository)) {
        String url = server.url() + "one.git";
        assertThat(shown("ADD " + url + " /o/")).contains("/o/s/x ", "/o/y ").doesNotContain("git");
        assertThat(shown("ADD --keep-git-dir --checksum=" + commit + " " + url + "#:s /o/"))
            .contains("/o/x ")
            .doesNotContain("/o/y");
        assertThat(shown("ADD --keep-git-dir " + url + " /o/")).contains("/o/.git/HEAD ", "/o/y ");
        assertThat(error("ADD --checksum=0000000 " + url + " /o/"))
            .contains("expected checksum to match 0000000, got " + commit);
      }
    } finally {
      Command.of("rm", "-rf", repository.toString()).run();
    }
  }
}
