package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.layerd.sys.IdMappings;
import io.layerd.sys.IdMappings.Range;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose ids containers get, and the words of dockerd for what makes no sense. */
class UsernsRemapTest {
  @TempDir Path directory;

  private static final UsernsRemap.Accounts ACCOUNTS =
      new UsernsRemap.Accounts() {
        @Override
        public @Nullable User user(String nameOrUid) {
          return switch (nameOrUid) {
            case "daemon", "1" -> new User("daemon", "1");
            case "root", "0" -> new User("root", "0");
            case "alone", "77" -> new User("alone", "77");
            default -> null;
          };
        }

        @Override
        public boolean hasGroup(String nameOrGid) {
          return List.of("daemon", "1", "root", "0", "bin").contains(nameOrGid);
        }

        @Override
        public User usual() {
          return new User("daemon", "1");
        }
      };

  @ParameterizedTest
  @CsvSource({
    "daemon,daemon",
    "1,daemon",
    "1:1,daemon",
    "daemon:bin,daemon",
    "alone:1,alone",
    "default,daemon",
    "0,root"
  })
  void users(String asked, String name) {
    assertThat(new UsernsRemap(ACCOUNTS).user(asked).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a:b:c|Invalid user/group specification in --userns-remap: \"a:b:c\"",
        "no|Error during uid lookup for \"no\": getent unable to find entry \"no\" in passwd"
            + " database",
        ":bin|Error during uid lookup for \"\": getent unable to find entry \"\" in passwd database",
        "daemon:no|Error during groupname lookup for \"no\": getent unable to find entry \"no\" in"
            + " group database",
        "daemon:|Error during groupname lookup for \"\": getent unable to find entry \"\" in group"
            + " database",
        "alone|Error during gid lookup for \"alone\": getent unable to find entry \"alone\" in group"
            + " database",
        "99|Uid 99 has no entry in /etc/passwd: getent unable to find entry \"99\" in passwd"
            + " database",
        "77|Gid 77 has no entry in /etc/passwd: getent unable to find entry \"77\" in group"
            + " database"
      })
  void refused(String asked, String sentence) {
    assertThatExceptionOfType(StartupFailure.class)
        .isThrownBy(() -> new UsernsRemap(ACCOUNTS).user(asked))
        .satisfies(e -> assertThat(e.sentence()).isEqualTo(sentence));
  }

  private SubordinateIds subordinate(String uids, String gids) throws IOException {
    return new SubordinateIds(
        Files.writeString(directory.resolve("subuid"), uids),
        Files.writeString(directory.resolve("subgid"), gids));
  }

  @Test
  void allRangesCountInTheirOrder() throws IOException {
    SubordinateIds ids =
        subordinate(
            "# a note\ndaemon:300000:65536\nbin:1:2\ndaemon:200000:10\n1:500000:7\n",
            "daemon:400000:65536\n");
    assertThat(ids.mappings(new UsernsRemap.Accounts.User("daemon", "1")))
        .isEqualTo(
            new IdMappings(
                List.of(
                    new Range(0, 300_000, 65_536),
                    new Range(65_536, 200_000, 10),
                    new Range(65_546, 500_000, 7)),
                List.of(new Range(0, 400_000, 65_536))));
  }

  @Test
  void noRangesAtAll() throws IOException {
    SubordinateIds ids = subordinate("daemon:300000:65536\n", "");
    assertThatExceptionOfType(StartupFailure.class)
        .isThrownBy(() -> ids.mappings(new UsernsRemap.Accounts.User("bin", "2")))
        .satisfies(
            e ->
                assertThat(e.sentence())
                    .isEqualTo(
                        "Can't create ID mappings: no subuid ranges found for user \"bin\""));
    assertThatExceptionOfType(StartupFailure.class)
        .isThrownBy(() -> ids.mappings(new UsernsRemap.Accounts.User("daemon", "1")))
        .satisfies(
            e ->
                assertThat(e.sentence())
                    .isEqualTo(
                        "Can't create ID mappings: no subgid ranges found for user \"daemon\""));
  }

  @Test
  void newRangesAreBesideThoseOfOthers() throws IOException {
    SubordinateIds ids = subordinate("b:165536:65536\na:100000:65536\nc:300000:5\n", "");
    assertThat(SubordinateIds.free(ids.gids())).isEqualTo(100_000);
    assertThat(SubordinateIds.free(ids.uids())).isEqualTo(231_072);
  }

  @Test
  void theDataRootIsOfTheseIds() throws IOException {
    IdMappings ids =
        new IdMappings(List.of(new Range(0, 300_000, 9)), List.of(new Range(0, 400_000, 9)));
    Path above = Files.createDirectory(directory.resolve("above"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    Path root = UsernsRemap.root(Sys.host(), above.resolve("data"), ids);
    assertThat(root).isEqualTo(above.resolve("data/300000.400000"));
    for (Path one : List.of(root, above.resolve("data"))) {
      assertThat(Files.getAttribute(one, "unix:gid")).isEqualTo(400_000);
      assertThat(Files.getAttribute(one, "unix:uid")).isEqualTo(0);
      assertThat(Files.getPosixFilePermissions(one))
          .isEqualTo(PosixFilePermissions.fromString("rwx--x---"));
    }
    Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx------"));
    assertThatExceptionOfType(StartupFailure.class)
        .isThrownBy(() -> UsernsRemap.root(Sys.host(), above.resolve("data"), ids))
        .satisfies(
            e ->
                assertThat(e.sentence())
                    .isEqualTo(
                        "a subdirectory in your graphroot path ("
                            + root
                            + ") restricts access to the remapped root uid/gid; please fix by"
                            + " allowing 'o+x' permissions on existing directories"));
    assertThat(UsernsRemap.root(Sys.host(), above.resolve("data"), IdMappings.NONE))
        .isEqualTo(above.resolve("data/0.0"));
  }
}
