package io.layerd.fsck;

import io.layerd.archive.LayerVerifier;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads every file of every layer. */
final class Contents {
  private final Sys sys;
  private final DriverHome home;
  private final Progress progress;
  private final LayerEntries reader;
  private long done;
  private long total;

  Contents(Sys sys, DriverHome home, Progress progress, LayerEntries reader) {
    this.sys = sys;
    this.home = home;
    this.progress = progress;
    this.reader = reader;
  }

  /** Takes damaged layers, and those on top of them, out of the entries. */
  void check(Map<ChainId, Entry> entries) {
    total = entries.values().stream().mapToLong(Entry::size).sum();
    for (Entry entry : List.copyOf(entries.values())) {
      List<String> texts = verify(entry);
      for (String text : texts) {
        reader.add(entry.directory(), text);
      }
      if (!texts.isEmpty() && !reader.inUse(entry)) {
        entries.remove(entry.id());
      }
    }
    reader.dropOrphans(entries);
    progress.at("done", total, total);
  }

  private List<String> verify(Entry entry) {
    Path content = home.content(entry.cacheId());
    progress.at(entry.subject(), done, total);
    if (!Files.isDirectory(content)) {
      return List.of();
    }
    try (InputStream record =
        Files.newInputStream(entry.directory().resolve("tar-split.json.gz"))) {
      return LayerVerifier.problems(
          sys, record, content, entry.diffId(), home.isUpper(), bytes -> step(entry, bytes));
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private void step(Entry entry, long bytes) {
    done = Math.min(total, done + bytes);
    progress.at(entry.subject(), done, total);
  }
}
