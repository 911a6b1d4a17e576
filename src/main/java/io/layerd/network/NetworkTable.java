package io.layerd.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The networks of this data root, in {@code <data-root>/network/layerd.json}. A change is on disk
 * before it is seen.
 */
final class NetworkTable {
  private static final Logger LOG = Logger.getLogger(NetworkTable.class);

  private final Path file;
  private final AtomicFiles files;
  private volatile List<NetworkRecord> records;

  private NetworkTable(Path file, AtomicFiles files, List<NetworkRecord> records) {
    this.file = file;
    this.files = files;
    this.records = List.copyOf(records);
  }

  /** Reads the table; makes what is missing of bridge, host and none, and writes it again. */
  static NetworkTable open(NetworkOptions options, DefaultPools pools, AtomicFiles files) {
    Path file = options.dataRoot().resolve("network/layerd.json");
    Map<String, NetworkRecord> known = new LinkedHashMap<>();
    for (NetworkRecord record : read(file)) {
      known.put(record.name(), record);
    }
    List<NetworkRecord> table = new ArrayList<>();
    List<NetworkRecord> old = List.copyOf(known.values());
    table.add(DefaultBridge.of(known.remove("bridge"), options, pools));
    table.add(plain(known.remove("host"), "host", "host"));
    table.add(plain(known.remove("none"), "none", "null"));
    table.addAll(known.values());
    NetworkTable opened = new NetworkTable(file, files, table);
    if (!table.equals(old)) {
      opened.write(table);
    }
    return opened;
  }

  private static List<NetworkRecord> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return SpecJson.MAPPER.readValue(file.toFile(), new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      Path aside = file.resolveSibling("layerd.json.unreadable");
      LOG.errorf("%s is not readable, it goes to %s: %s", file, aside, e.getMessage());
      try {
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException move) {
        throw new SystemFailure("cannot rename " + file + ": " + move.getMessage(), move);
      }
      return List.of();
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static NetworkRecord plain(@Nullable NetworkRecord old, String name, String driver) {
    return new NetworkRecord(
        old == null ? RandomId.hex64() : old.id(),
        name,
        driver,
        old == null ? Instant.now().toString() : old.created(),
        "",
        true,
        false,
        false,
        false,
        false,
        "",
        "default",
        null,
        List.of(),
        Map.of(),
        Map.of());
  }

  List<NetworkRecord> all() {
    return records;
  }

  /** By exact id; null if it is gone. */
  @Nullable NetworkRecord byId(String id) {
    return records.stream().filter(one -> one.id().equals(id)).findFirst().orElse(null);
  }

  /** By exact name. */
  @Nullable NetworkRecord byName(String name) {
    return records.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  /** By name, id or unique id prefix; {@code default} is the bridge. */
  NetworkRecord get(String nameOrId) {
    String wanted = nameOrId.equals("default") ? "bridge" : nameOrId;
    NetworkRecord exact = byName(wanted);
    exact = exact == null ? byId(wanted) : exact;
    if (exact != null) {
      return exact;
    }
    List<NetworkRecord> found =
        records.stream().filter(record -> record.id().startsWith(wanted)).toList();
    if (found.size() > 1) {
      throw new InvalidParameter(
          "network %s is ambiguous (%d matches found based on ID prefix)"
              .formatted(nameOrId, found.size()));
    }
    if (found.isEmpty()) {
      throw new NotFound("network " + nameOrId + " not found");
    }
    return found.getFirst();
  }

  synchronized void add(NetworkRecord record) {
    List<NetworkRecord> changed = new ArrayList<>(records);
    changed.add(record);
    write(changed);
    records = List.copyOf(changed);
  }

  /** Absent is success. */
  synchronized void remove(String id) {
    List<NetworkRecord> changed = new ArrayList<>(records);
    if (changed.removeIf(record -> record.id().equals(id))) {
      write(changed);
      records = List.copyOf(changed);
    }
  }

  private void write(List<NetworkRecord> table) {
    try {
      Files.createDirectories(file.getParent());
      files.write(file, SpecJson.MAPPER.writeValueAsBytes(table), 0600);
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
