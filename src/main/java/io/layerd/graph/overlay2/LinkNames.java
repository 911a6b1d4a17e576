package io.layerd.graph.overlay2;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The short names in {@code l/}: 26 characters, so that 128 of them fit one page of mount options.
 */
final class LinkNames {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int LENGTH = 26;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Sys sys;
  private final Path directory;

  LinkNames(Sys sys, Path home) {
    this.sys = sys;
    this.directory = home.resolve("l");
  }

  /** Makes a new short name for a layer. */
  String create(String id) throws IOException {
    StringBuilder name = new StringBuilder(LENGTH);
    byte[] random = new byte[LENGTH];
    RANDOM.nextBytes(random);
    for (byte b : random) {
      name.append(ALPHABET.charAt(b & 31));
    }
    restore(name.toString(), id);
    return name.toString();
  }

  /** Makes a short name that a layer's {@code link} file names and that is gone. */
  void restore(String name, String id) throws IOException {
    byte[] target = ("../" + id + "/diff").getBytes(StandardCharsets.UTF_8);
    byte[] path = directory.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
    sys.symlinkat(target, Sys.AT_FDCWD, path);
  }

  void remove(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  /** The layer id that a lower such as {@code l/AAA} points to. */
  String layerOf(String lower) throws IOException {
    Path target = Files.readSymbolicLink(directory.resolveSibling(lower));
    return String.valueOf(target.getName(1));
  }
}
