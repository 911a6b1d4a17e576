package io.layerd.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The networks of this data root, in {@code <data-root>/network/layerd.json}. */
final class NetworkTable {
  private static final Logger LOG = Logger.getLogger(NetworkTable.class);

  private final List<NetworkRecord> records;

  private NetworkTable(List<NetworkRecord> records) {
    this.records = List.copyOf(records);
  }

  /** Reads the table; makes what is missing of bridge, host and none, and writes it again. */
  static NetworkTable open(NetworkOptions options, AtomicFiles files) {
    Path file = options.dataRoot().resolve("network/layerd.json");
    Map<String, NetworkRecord> known = new LinkedHashMap<>();
    for (NetworkRecord record : read(file)) {
      known.put(record.name(), record);
    }
    List<NetworkRecord> table = new ArrayList<>();
    table.add(bridge(known.get("bridge"), options));
    table.add(plain(known.get("host"), "host", "host"));
    table.add(plain(known.get("none"), "none", "null"));
    if (!table.equals(List.copyOf(known.values()))) {
      try {
        Files.createDirectories(file.getParent());
        files.write(file, SpecJson.MAPPER.writeValueAsBytes(table), 0600);
      } catch (IOException e) {
        throw new SystemFailure("cannot write " + file + ": " + e.getMessage(), e);
      }
    }
    return new NetworkTable(table);
  }

  private static List<NetworkRecord> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return SpecJson.MAPPER.readValue(file.toFile(), new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      LOG.warnf("%s is not readable, making new networks: %s", file, e.getMessage());
      return List.of();
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The default bridge keeps its id. Its subnet is what the options say, else what the interface
   * has, else what it had if the host does not use that otherwise, else the first free pool.
   */
  private static NetworkRecord bridge(@Nullable NetworkRecord old, NetworkOptions options) {
    String name = options.bridgeName();
    Cidr gateway = options.bip() == null ? HostSubnets.of(name) : Cidr.parse(options.bip());
    if (gateway == null) {
      List<Cidr> used = HostSubnets.used(name);
      Cidr before = old == null ? null : old.gateway();
      boolean free = before != null && used.stream().noneMatch(before::overlaps);
      gateway = free && before != null ? before : HostSubnets.firstFree(used);
    }
    if (gateway.address() == gateway.network()) {
      gateway = new Cidr(gateway.network() + 1, gateway.prefix());
    }
    return new NetworkRecord(
        old == null ? RandomId.hex64() : old.id(),
        "bridge",
        "bridge",
        old == null ? Instant.now().toString() : old.created(),
        name,
        gateway.addressText() + "/" + gateway.prefix(),
        new LinkedHashMap<>(
            Map.of(
                "com.docker.network.bridge.default_bridge", "true",
                "com.docker.network.bridge.enable_icc", "true",
                "com.docker.network.bridge.enable_ip_masquerade", "true",
                "com.docker.network.bridge.host_binding_ipv4", "0.0.0.0",
                "com.docker.network.bridge.name", name,
                "com.docker.network.driver.mtu", Integer.toString(options.mtu()))),
        Map.of());
  }

  private static NetworkRecord plain(@Nullable NetworkRecord old, String name, String driver) {
    return old != null
        ? old
        : new NetworkRecord(
            RandomId.hex64(), name, driver, Instant.now().toString(), "", null, Map.of(), Map.of());
  }

  List<NetworkRecord> all() {
    return records;
  }

  /** By name, id or unique id prefix; {@code default} is the bridge. */
  NetworkRecord get(String nameOrId) {
    String wanted = nameOrId.equals("default") ? "bridge" : nameOrId;
    for (NetworkRecord record : records) {
      if (record.name().equals(wanted) || record.id().equals(wanted)) {
        return record;
      }
    }
    List<NetworkRecord> found =
        wanted.isEmpty()
            ? List.of()
            : records.stream().filter(record -> record.id().startsWith(wanted)).toList();
    if (found.size() != 1) {
      throw new NotFound("network " + nameOrId + " not found");
    }
    return found.getFirst();
  }
}
