package io.layerd.fsck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the small files of a data root. */
final class TextFile {
  private TextFile() {}

  /** The text without white space around it; a missing or empty file is a failure. */
  static String read(Path file) throws IOException {
    try {
      String text = Files.readString(file).strip();
      if (text.isEmpty()) {
        throw new IOException(file.getFileName() + " is empty");
      }
      return text;
    } catch (NoSuchFileException e) {
      throw new IOException(file.getFileName() + " is missing", e);
    }
  }
}
