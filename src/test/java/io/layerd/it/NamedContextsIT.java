package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --build-context} with what is neither at the client nor an image. */
@ExtendWith(SharedEngine.class)
class NamedContextsIT {
  private static final String DOCKERFILE =
      """
      FROM busybox
      COPY --from=other . /files
      RUN --mount=from=other,target=/mounted find /files /mounted -type f | sort
      """;

  private final Engine engine;
  private final KitClient client;
  private final Path elsewhere;

  NamedContextsIT(Engine engine) throws IOException {
    this.engine = engine;
    client = KitClient.of(engine);
    elsewhere = engine.directory();
  }

  @AfterEach
  void clear() {
    client.close();
    Command.of("rm", "-rf", elsewhere.toString()).run();
    assertThat(engine.docker().ok("ps", "-aq")).as("containers that builds left").isEmpty();
  }

  private Result build(String url) throws IOException {
    return client.build(DOCKERFILE, "--no-cache", "--build-context", "other=" + url);
  }

  @Test
  void anArchiveBehindAnAddress() throws IOException {
    Command.sh(
        "cd %s && mkdir -p a/sub && echo x >a/sub/x && tar -czf a.tgz -C a . && tar -cf a.tar -C a ."
            .formatted(elsewhere));
    try (GitOverHttp server = new GitOverHttp(elsewhere)) {
      for (String name : new String[] {"a.tgz", "a.tar"}) {
        assertThat(build(server.url() + name).ok().err())
            .contains("[context other] load remote context")
            .contains(" /files/sub/x", " /mounted/sub/x");
      }
      assertThat(build(server.url() + "none.tar").exits(1).err()).contains("404 Not Found");
    }
  }

  @Test
  void aRepositoryOverHttp() throws IOException {
    String git = "git -c user.name=n -c user.email=e ";
    Command.sh(
        ("cd %s && mkdir -p r/sub && cd r && echo x >sub/x && git init -q . && git add -A && %s commit"
                + " -qm one && git checkout -q -b later && echo y >y && git add -A && %s commit -qm two"
                + " && git checkout -q - && cd .. && git clone -q --bare r r.git")
            .formatted(elsewhere, git, git));
    try (GitOverHttp server = new GitOverHttp(elsewhere)) {
      String url = server.url() + "r.git";
      assertThat(build(url).ok().err())
          .contains(" /files/sub/x", " /mounted/sub/x")
          .doesNotContain("/y", ".git/");
      assertThat(build(url + "#later").ok().err()).contains(" /files/y");
      assertThat(build(url + "#later:sub").ok().err()).contains(" /files/x").doesNotContain("/y");
      assertThat(build(url + "?branch=later&subdir=sub").ok().err())
          .contains(" /files/x")
          .doesNotContain("/y");
      assertThat(build(url + "#none").exits(1).err()).contains("couldn't find remote ref none");
      assertThat(build(url + "#later:none").exits(1).err()).contains("not a directory: none");
    }
  }
}
