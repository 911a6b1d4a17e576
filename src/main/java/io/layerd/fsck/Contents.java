package io.layerd.fsck;

import io.layerd.archive.LayerVerifier;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads every file of every layer. */
final class Contents {
  private final Sys sys;
  private final DriverHome home;
  private final Progress progress;
  private final Findings findings;
  private long done;
  private long total;

  Contents(Sys sys, DriverHome home, Progress progress, Findings findings) {
    this.sys = sys;
    this.home = home;
    this.progress = progress;
    this.findings = findings;
  }

  /**
   * Takes damaged layers, and those on top of them, out of the entries.
   *
   * @param inUse layers that containers stand on
   */
  void check(Map<ChainId, Entry> entries, Set<ChainId> inUse) {
    total = entries.values().stream().mapToLong(Entry::size).sum();
    Set<ChainId> used = withParents(entries, inUse);
    for (Entry entry : List.copyOf(entries.values())) {
      List<String> texts = verify(entry);
      for (String text : texts) {
        findings.add(problem(entry, text, used.contains(entry.id())), entry.directory());
      }
      if (!texts.isEmpty() && !used.contains(entry.id())) {
        entries.remove(entry.id());
      }
    }
    LayerEntries.dropOrphans(entries, findings);
    progress.at("done", total, total);
  }

  private static Set<ChainId> withParents(Map<ChainId, Entry> entries, Set<ChainId> tops) {
    Set<ChainId> all = new HashSet<>();
    for (ChainId top : tops) {
      for (Entry entry = entries.get(top); entry != null; ) {
        all.add(entry.id());
        ChainId parent = entry.parent();
        entry = parent == null ? null : entries.get(parent);
      }
    }
    return all;
  }

  // A container's layer may hold the only copy of somebody's work: what it stands on stays.
  private static Problem problem(Entry entry, String text, boolean used) {
    return used
        ? Problem.of(
            entry.subject(), text, "containers stand on it: remove them and the image, and pull")
        : new Problem(entry.subject(), text, new Problem.Cure.Quarantine(entry.directory()));
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
