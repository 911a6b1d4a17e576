package io.layerd.sys;

import static io.layerd.sys.Sys.AT_FDCWD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.IdMappings.Range;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as a user namespace has them, on the real kernel. */
class MappedSysTest {
  private static final IdMappings IDS =
      new IdMappings(
          List.of(new Range(0, 300_000, 10), new Range(10, 500_000, 1000)),
          List.of(new Range(0, 400_000, 1000)));

  private final Sys host = Sys.host();
  private final Sys mapped = IDS.on(host);
  @TempDir Path dir;

  private byte[] at(String name) {
    return dir.resolve(name).toString().getBytes(UTF_8);
  }

  private String owner(String name) throws IOException {
    Stat stat = host.lstatat(AT_FDCWD, at(name));
    return stat.uid() + ":" + stat.gid();
  }

  @Test
  void withoutMappingsItIsTheHost() {
    assertThat(IdMappings.NONE.on(host)).isSameAs(host);
    assertThat(IdMappings.NONE.rootUid()).isZero();
    assertThat(IdMappings.NONE.tmpfsOwner()).isEmpty();
  }

  @Test
  void whatIsMadeIsRootsInside() throws IOException {
    mapped.mkdirat(AT_FDCWD, at("directory"), 0755);
    mapped.symlinkat(at("directory"), AT_FDCWD, at("link"));
    mapped.mknodat(AT_FDCWD, at("fifo"), Stat.S_IFIFO | 0600, 0, 0);
    mapped.close(mapped.openat(AT_FDCWD, at("file"), Sys.O_CREAT | Sys.O_WRONLY, 0644));
    for (String name : List.of("directory", "link", "fifo", "file")) {
      assertThat(owner(name)).as(name).isEqualTo("300000:400000");
      assertThat(mapped.lstatat(AT_FDCWD, at(name)).uid()).isZero();
    }
  }

  @Test
  void whatIsThereKeepsItsOwner() throws IOException {
    host.close(host.openat(AT_FDCWD, at("file"), Sys.O_CREAT | Sys.O_WRONLY, 0644));
    mapped.close(mapped.openat(AT_FDCWD, at("file"), Sys.O_CREAT | Sys.O_WRONLY, 0644));
    assertThat(owner("file")).isEqualTo("0:0");
    assertThat(mapped.lstatat(AT_FDCWD, at("file")).uid()).isZero();
  }

  @Test
  void ownersAreTakenAndToldAsInside() throws IOException {
    mapped.close(mapped.openat(AT_FDCWD, at("file"), Sys.O_CREAT | Sys.O_WRONLY, 0644));
    mapped.lchownat(AT_FDCWD, at("file"), 33, 34);
    assertThat(owner("file")).isEqualTo("500023:400034");
    Stat stat = mapped.lstatat(AT_FDCWD, at("file"));
    assertThat(mapped.findat(AT_FDCWD, at("file"))).isEqualTo(stat);
    assertThat(stat.uid() + ":" + stat.gid()).isEqualTo("33:34");
    mapped.lchownat(AT_FDCWD, at("file"), -1, 9);
    assertThat(owner("file")).isEqualTo("500023:400009");
    assertThatExceptionOfType(InvalidParameter.class)
        .isThrownBy(() -> mapped.lchownat(AT_FDCWD, at("file"), 1010, 0))
        .withMessage("container ID 1010 cannot be mapped to a host ID");
    assertThatExceptionOfType(InvalidParameter.class)
        .isThrownBy(() -> mapped.lchownat(AT_FDCWD, at("file"), 0, -2))
        .withMessage("container ID 4294967294 cannot be mapped to a host ID");
  }

  @Test
  void fileCapabilitiesAreOfRootInside() throws IOException {
    byte[] name = "security.capability".getBytes(UTF_8);
    byte[] plain = HexFormat.of().parseHex("0100000200200000000000000000000000000000");
    mapped.close(mapped.openat(AT_FDCWD, at("file"), Sys.O_CREAT | Sys.O_WRONLY, 0755));
    mapped.lsetxattr(at("file"), name, plain);
    assertThat(mapped.lgetxattr(at("file"), name)).isEqualTo(plain);
    assertThat(HexFormat.of().formatHex(host.lgetxattr(at("file"), name)))
        .isEqualTo("0100000300200000000000000000000000000000e0930400");
  }

  @Test
  void aDirectoryOfTheDaemonsLetsPass() throws IOException {
    host.mkdirat(AT_FDCWD, at("own"), 0700);
    mapped.letPass(at("own"));
    assertThat(owner("own")).isEqualTo("0:400000");
    assertThat(host.lstatat(AT_FDCWD, at("own")).permissions()).isEqualTo(0710);
    host.mkdirat(AT_FDCWD, at("other"), 0700);
    host.letPass(at("other"));
    assertThat(host.lstatat(AT_FDCWD, at("other")).permissions()).isEqualTo(0700);
  }

  @Test
  void mapsAreWrittenAsTheKernelReadsThem() {
    assertThat(IDS.uidMap()).isEqualTo("0 300000 10\n10 500000 1000\n");
    assertThat(IDS.gidMap()).isEqualTo("0 400000 1000\n");
  }
}
