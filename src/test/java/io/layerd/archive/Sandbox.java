package io.layerd.archive;

import io.layerd.oci.Digest;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory to unpack to with things around it that must not change. */
final class Sandbox implements AutoCloseable {
  static final Sys SYS = Sys.host();

  final Path base;
  final Path root;
  private final Map<String, String> outside;

  Sandbox() throws IOException {
    base = Files.createTempDirectory("layerd-archive");
    root = Files.createDirectories(base.resolve("around/layers/diff"));
    Files.writeString(base.resolve("around/secret"), "secret");
    Files.writeString(base.resolve("around/layers/evil"), "untouched");
    Files.createDirectories(base.resolve("around/layers/other"));
    Files.writeString(base.resolve("around/layers/other/f"), "other");
    outside = snapshot();
  }

  record Unpacked(UnpackResult result, byte[] tarSplit) {}

  Unpacked unpack(byte[] tar) throws IOException {
    return unpack(tar, LayerUnpacker.Whiteouts.OVERLAY);
  }

  Unpacked unpack(byte[] tar, LayerUnpacker.Whiteouts whiteouts) throws IOException {
    ByteArrayOutputStream split = new ByteArrayOutputStream();
    UnpackResult result =
        LayerUnpackers.create(SYS).unpack(new ByteArrayInputStream(tar), root, whiteouts, split);
    return new Unpacked(result, split.toByteArray());
  }

  byte[] assemble(byte[] tarSplit) throws IOException {
    try (InputStream in = TarSplit.assemble(SYS, new ByteArrayInputStream(tarSplit), root)) {
      return in.readAllBytes();
    }
  }

  /** Unpacks, makes the tar again and compares. */
  Unpacked roundTrip(byte[] tar) throws IOException {
    Unpacked unpacked = unpack(tar);
    byte[] again = assemble(unpacked.tarSplit());
    if (!java.util.Arrays.equals(tar, again)) {
      throw new AssertionError(
          "tar differs at " + java.util.Arrays.mismatch(tar, again) + " of " + tar.length);
    }
    if (!unpacked.result().diffId().digest().equals(Digest.of(tar))) {
      throw new AssertionError("wrong diff ID");
    }
    return unpacked;
  }

  Stat stat(String name) throws IOException {
    return SYS.lstatat(Sys.AT_FDCWD, TarBytes.bytes(root.resolve(name).toString()));
  }

  String xattr(String name, String attribute) throws IOException {
    return TarNames.text(
        SYS.lgetxattr(TarBytes.bytes(root.resolve(name).toString()), TarBytes.bytes(attribute)));
  }

  List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(p -> !p.equals(root))
          .map(p -> root.relativize(p).toString())
          .sorted()
          .toList();
    }
  }

  boolean outsideUnchanged() throws IOException {
    return outside.equals(snapshot());
  }

  private Map<String, String> snapshot() throws IOException {
    Map<String, String> seen = new TreeMap<>();
    for (Path path : outsidePaths()) {
      Stat stat = SYS.lstatat(Sys.AT_FDCWD, TarBytes.bytes(path.toString()));
      String content = stat.isRegular() ? Files.readString(path) : "";
      boolean holdsRoot = path.equals(root);
      seen.put(
          path.toString(),
          stat.mode()
              + " "
              + stat.uid()
              + " "
              + stat.linkCount()
              + " "
              + (holdsRoot ? "" : stat.ctimeSeconds() + "." + stat.ctimeNanos())
              + content);
    }
    seen.put(root.toString(), "");
    return seen;
  }

  private List<Path> outsidePaths() throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> all = Files.walk(base)) {
      all.filter(p -> !p.startsWith(root)).forEach(paths::add);
    }
    return paths;
  }

  /** Empties the directory, to unpack again. */
  void clear() throws IOException {
    try (RootDirectory directory = new RootDirectory(SYS, root)) {
      new TreeRemover(SYS).removeAllBut(directory.root(), TarNames.EMPTY, _ -> false);
    }
  }

  @Override
  public void close() throws IOException {
    clear();
    try (Stream<Path> all = Files.walk(base)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(path);
        }
      }
    }
  }
}
