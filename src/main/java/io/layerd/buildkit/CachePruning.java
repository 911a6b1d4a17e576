package io.layerd.buildkit;

import io.layerd.build.CacheMounts;
import io.layerd.build.KeptContexts;
import io.layerd.error.InvalidParameter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists and empties what cache mounts keep. */
public final class CachePruning {
  private static final Pattern TERM = Pattern.compile("([a-z]+)(?:(==?|!=|~=)(.*))?");

  private final CacheMounts caches;
  private final KeptContexts contexts;

  CachePruning(CacheMounts caches, KeptContexts contexts) {
    this.caches = caches;
    this.contexts = contexts;
  }

  /** All caches. */
  public List<CacheMounts.Entry> list() {
    return caches.list();
  }

  /** All caches that fit one of some filters, or all without filters. */
  public List<CacheMounts.Entry> list(List<String> filters) {
    return list().stream().filter(entry -> fits(entry, filters)).toList();
  }

  /**
   * Deletes caches that nothing uses; without any limit also the contexts that were sent before.
   *
   * @param filters terms such as {@code id==...} and {@code type==...}, joined by commas; a cache
   *     that fits none of them stays
   * @param unused what was used since stays
   * @param keptBytes what may stay in all; 0 for nothing
   * @return what is gone
   */
  public List<CacheMounts.Entry> prune(List<String> filters, Duration unused, long keptBytes) {
    boolean all = filters.stream().allMatch(String::isBlank);
    if (all && unused.isZero() && keptBytes == 0) {
      contexts.clear();
    }
    Instant before = Instant.now().minus(unused);
    List<CacheMounts.Entry> some =
        list(filters).stream()
            .filter(entry -> unused.isZero() || entry.used().isBefore(before))
            .toList();
    return caches.remove(some, keptBytes);
  }

  private static boolean fits(CacheMounts.Entry entry, List<String> filters) {
    List<String> asked = filters.stream().filter(filter -> !filter.isBlank()).toList();
    return asked.isEmpty() || asked.stream().anyMatch(filter -> all(entry, filter));
  }

  private static boolean all(CacheMounts.Entry entry, String filter) {
    return List.of(filter.split(",")).stream().allMatch(term -> fits(entry, term.strip()));
  }

  private static boolean fits(CacheMounts.Entry entry, String term) {
    Matcher matcher = TERM.matcher(term);
    if (!matcher.matches()) {
      throw new InvalidParameter("failed to parse prune filters " + term);
    }
    String wanted = matcher.group(3) == null ? "" : matcher.group(3).replace("\"", "");
    String found =
        switch (matcher.group(1)) {
          case "id" -> entry.name();
          case "type" -> "exec.cachemount";
          case "description" -> entry.description();
          case "inuse" -> entry.inUse() ? "true" : "";
          case "mutable", "private" -> "true";
          default -> ""; // nothing of the kind is a cache mount's
        };
    return switch (matcher.group(2) == null ? "" : matcher.group(2)) {
      case "" -> !found.isEmpty();
      case "!=" -> !found.equals(wanted);
      case "~=" -> Pattern.compile(wanted).matcher(found).find();
      default -> found.equals(wanted);
    };
  }
}
