package io.layerd.certs;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** The blocks of a PEM file, in their order; what stands between them is skipped (RFC 7468). */
record PemBlocks(List<PemObject> blocks) {
  PemBlocks {
    blocks = List.copyOf(blocks);
  }

  /**
   * Reads a file; one without any block is empty.
   *
   * @throws IOException with a reason in the words Go has for it
   */
  static PemBlocks read(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("read " + file + ": is a directory");
      }
      return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException("open " + file + ": no such file or directory");
    } catch (java.nio.file.AccessDeniedException e) {
      throw new NoSuchFileException("open " + file + ": permission denied");
    }
  }

  static PemBlocks parse(String text) throws IOException {
    List<PemObject> found = new ArrayList<>();
    try (PemReader reader = new PemReader(new StringReader(text))) {
      for (PemObject next = reader.readPemObject(); next != null; next = reader.readPemObject()) {
        found.add(next);
      }
    } catch (IOException | RuntimeException e) {
      // a block that is cut off or not base64 ends what can be read, as in Go
      return new PemBlocks(found);
    }
    return new PemBlocks(found);
  }

  /** The blocks of one type. */
  List<PemObject> ofType(String type) {
    return blocks.stream().filter(block -> block.getType().equals(type)).toList();
  }

  /** Blocks that hold a private key, encrypted or not. */
  List<PemObject> privateKeys() {
    return blocks.stream().filter(block -> block.getType().endsWith("PRIVATE KEY")).toList();
  }
}
