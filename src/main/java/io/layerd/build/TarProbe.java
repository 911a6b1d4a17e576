package io.layerd.build;

import io.layerd.archive.Compression;
import io.layerd.error.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells archives from other files by their first block, compressed or not. */
final class TarProbe {
  private static final int BLOCK = 512;
  private static final int CHECKSUM = 148;

  private TarProbe() {}

  static boolean isTar(Path file) {
    try (InputStream in = Compression.open(Files.newInputStream(file))) {
      byte[] block = in.readNBytes(BLOCK);
      return block.length == BLOCK && checksumFits(block);
    } catch (IOException | EngineException e) {
      return false; // what cannot be read as an archive is copied as it is
    }
  }

  /** POSIX: the sum of all bytes, those of the sum itself taken as spaces. */
  private static boolean checksumFits(byte[] block) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : block[i] & 0xff;
    }
    String text = new String(block, CHECKSUM, 8, StandardCharsets.ISO_8859_1);
    String digits = text.replace('\0', ' ').strip();
    return digits.matches("[0-7]{1,7}") && Integer.parseInt(digits, 8) == sum && block[0] != 0;
  }
}
