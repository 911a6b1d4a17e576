package io.layerd.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * seccomp filters as crun compiled them. Compiling the default profile is more than half of the
 * processor time that crun takes to create a container; with the annotation {@code
 * run.oci.seccomp_bpf_data} (crun(1), since 1.5) it takes a filter as it is.
 *
 * <p>A filter is what this crun made of the same rules, and the rules stay in the configuration: a
 * crun that does not know the annotation compiles them. Other runtimes leave no filter behind, so
 * that nothing is known of theirs.
 */
final class CompiledFilters {
  private static final Logger LOG = Logger.getLogger(CompiledFilters.class);
  private static final String ANNOTATION = "run.oci.seccomp_bpf_data";

  /** Where crun keeps the filter of a container, for later execs. */
  private static final String FILE = "seccomp.bpf";

  /** {@code sizeof(struct sock_filter)}, and as many of them as the kernel takes. */
  private static final int INSTRUCTION_BYTES = 8;

  private static final int MOST_BYTES = 4096 * 16 * INSTRUCTION_BYTES;

  private static final int MOST_FILTERS = 16;

  private final Map<Key, String> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(MOST_FILTERS, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
              return size() > MOST_FILTERS;
            }
          });

  /**
   * @param program path, size and time of the runtime: another one may compile otherwise
   */
  private record Key(String program, String rules) {}

  /** Writes a container's configuration, with its filter if that is known. */
  void write(Path config, ObjectNode spec, Path runtime) throws IOException {
    Key key = key(spec, runtime);
    String filter = key == null ? null : known.get(key);
    ObjectNode complete = spec;
    if (filter != null) {
      complete = spec.deepCopy();
      complete.withObjectProperty("annotations").put(ANNOTATION, filter);
    }
    Files.write(config, SpecJson.MAPPER.writeValueAsBytes(complete));
  }

  /**
   * Remembers the filter of a container that was created.
   *
   * @param state directory of the runtime for this container
   */
  void learn(ObjectNode spec, Path runtime, Path state) {
    try {
      Key key = key(spec, runtime);
      if (key == null || known.containsKey(key) || !Files.isRegularFile(state.resolve(FILE))) {
        return;
      }
      byte[] filter = Files.readAllBytes(state.resolve(FILE));
      if (filter.length > 0
          && filter.length <= MOST_BYTES
          && filter.length % INSTRUCTION_BYTES == 0) {
        known.put(key, Base64.getEncoder().encodeToString(filter));
      }
    } catch (IOException e) {
      LOG.debugf("no filter in %s: %s", state, e.getMessage());
    }
  }

  /** Null where there is nothing to keep: no rules, a filter of the user's own, or a listener. */
  private static @Nullable Key key(ObjectNode spec, Path runtime) throws IOException {
    JsonNode rules = spec.path("linux").path("seccomp");
    if (!rules.isObject()
        || rules.has("listenerPath")
        || spec.path("annotations").has(ANNOTATION)) {
      return null;
    }
    String program =
        runtime + " " + Files.size(runtime) + " " + Files.getLastModifiedTime(runtime).toMillis();
    return new Key(program, rules.toString());
  }
}
