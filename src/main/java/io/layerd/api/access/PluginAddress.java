package io.layerd.api.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.SpecJson;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a plugin listens, found as dockerd finds it: a socket in the first directory, or a file
 * that says where in the others.
 *
 * @param tls of an {@code https} address in a JSON file; else null
 */
record PluginAddress(SocketAddress socket, String host, boolean https, @Nullable Tls tls) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.:/-]*");
  private static final Path SOCKETS = Path.of("/run/docker/plugins");
  private static final List<Path> SPECS =
      List.of(Path.of("/etc/docker/plugins"), Path.of("/usr/lib/docker/plugins"));

  /** Files of a plugin's TLS; empty for none. */
  record Tls(boolean insecure, String authority, String certificate, String key) {}

  /** Null if there is none now. */
  static @Nullable PluginAddress find(String name) {
    return find(name, SOCKETS, SPECS);
  }

  /**
   * @throws InvalidParameter for a file that says nothing usable
   */
  static @Nullable PluginAddress find(String name, Path sockets, List<Path> specs) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      return null;
    }
    for (Path socket : candidates(sockets, name, ".sock")) {
      if (Files.exists(socket)) {
        return local(socket.toString());
      }
    }
    for (Path directory : specs) {
      for (Path file : candidates(directory, name, ".spec")) {
        if (Files.exists(file)) {
          return of(read(file).strip(), null);
        }
      }
      for (Path file : candidates(directory, name, ".json")) {
        if (Files.exists(file)) {
          return described(file);
        }
      }
    }
    return null;
  }

  private static List<Path> candidates(Path directory, String name, String suffix) {
    return List.of(
        directory.resolve(name + suffix), directory.resolve(name).resolve(name + suffix));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidParameter("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static PluginAddress described(Path file) {
    try {
      JsonNode tree = SpecJson.MAPPER.readTree(read(file));
      JsonNode tls = tree.path("TLSConfig");
      return of(
          tree.path("Addr").asText(),
          tls.isObject()
              ? new Tls(
                  tls.path("InsecureSkipVerify").asBoolean(),
                  tls.path("CAFile").asText(),
                  tls.path("CertFile").asText(),
                  tls.path("KeyFile").asText())
              : null);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter(file + " is no JSON", e);
    }
  }

  private static PluginAddress local(String path) {
    return new PluginAddress(
        SocketAddress.domainSocketAddress(path), "plugin.moby.localhost", false, null);
  }

  private static PluginAddress of(String address, @Nullable Tls tls) {
    if (address.startsWith("unix://")) {
      return local(address.substring("unix://".length()));
    }
    URI uri = parse(address);
    boolean https = "https".equals(uri.getScheme()) || tls != null;
    int port = uri.getPort() >= 0 ? uri.getPort() : https ? 443 : 80;
    if (uri.getHost() == null) {
      throw new InvalidParameter("invalid address of a plugin: " + address);
    }
    return new PluginAddress(
        SocketAddress.inetSocketAddress(port, uri.getHost()), uri.getHost(), https, tls);
  }

  private static URI parse(String address) {
    try {
      return URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new InvalidParameter("invalid address of a plugin: " + address, e);
    }
  }
}
