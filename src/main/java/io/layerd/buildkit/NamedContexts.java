package io.layerd.buildkit;

import io.layerd.build.NamedContext;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Additional contexts: names that stand for a directory of the client, for a repository or archive
 * elsewhere, or for an image.
 */
final class NamedContexts {
  private static final String OPTION = "context:";
  private static final String IMAGE = "docker-image://";
  private static final String LOCAL = "local:";

  private final Map<String, String> options;
  private final BiFunction<String, String, Path> fetch;
  private final Map<String, NamedContext> known = new HashMap<>();

  /**
   * @param fetch brings a directory here, given its name and where it is
   */
  NamedContexts(Map<String, String> options, BiFunction<String, String, Path> fetch) {
    this.options = options;
    this.fetch = fetch;
  }

  /**
   * @throws InvalidParameter with a sentence for what is not offered
   */
  static void check(Map<String, String> options) {
    options.forEach(
        (option, where) -> {
          if (option.startsWith(OPTION) && where.matches("(oci-layout|input|target):.*")) {
            throw new InvalidParameter(
                "layerd takes directories, repositories, archives and images as additional"
                    + " contexts, not "
                    + where);
          }
        });
  }

  private @Nullable String where(String name) {
    String plain = name.toLowerCase(Locale.ROOT);
    String where = options.get(OPTION + plain);
    if (where == null && !plain.isEmpty() && !plain.equals("scratch")) {
      where = options.get(OPTION + familiar(plain));
    }
    return where;
  }

  /** As clients write names: without the host of Docker Hub, and without {@code latest}. */
  private static String familiar(String name) {
    try {
      String familiar = Reference.parse(name).familiar();
      return familiar.endsWith(":latest")
          ? familiar.substring(0, familiar.length() - ":latest".length())
          : familiar;
    } catch (InvalidParameter e) {
      return name;
    }
  }

  boolean has(String name) {
    return where(name) != null;
  }

  synchronized @Nullable NamedContext get(String name) {
    String where = where(name);
    if (where == null) {
      return null;
    }
    NamedContext fetched = known.get(where);
    if (fetched == null) {
      fetched =
          where.startsWith(IMAGE)
              ? new NamedContext.OfImage(where.substring(IMAGE.length()))
              : new NamedContext.OfFiles(fetch.apply(name, where));
      known.put(where, fetched);
    }
    return fetched;
  }

  /** The name of a directory that the client sends; null for what is elsewhere. */
  static @Nullable String local(String where) {
    return where.startsWith(LOCAL) ? where.substring(LOCAL.length()) : null;
  }
}
