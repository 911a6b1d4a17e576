package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.sys.IdMappings;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * User namespaces of containers, each with a network namespace that belongs to it: only then may
 * root in the container configure the network, and see it in /sys. A process of one thread has to
 * make them, and util-linux has one.
 */
final class UserNamespaces {
  private static final String OF_USER = "-user";

  private final Sys sys;
  private final IdMappings ids;

  UserNamespaces(Sys sys, IdMappings ids) {
    this.sys = sys;
    this.ids = ids;
  }

  /** The place of the user namespace beside that of the network's. */
  static Path beside(Path network) {
    return network.resolveSibling(network.getFileName() + OF_USER);
  }

  /**
   * Makes both, at places that do not exist yet.
   *
   * @param joined a user namespace to be in; null makes one
   */
  void create(Path network, @Nullable Path joined) {
    try {
      // The last one says when it is there, and stays until the namespaces have their places.
      List<String> command =
          joined == null
              ? List.of(program("unshare"), "--user", "--net", "cat")
              : List.of(program("nsenter"), "--user=" + joined, program("unshare"), "--net", "cat");
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream input = process.getOutputStream()) {
        made(process, input);
        Path of = Path.of("/proc", Long.toString(process.pid()));
        if (joined == null) {
          Files.writeString(of.resolve("uid_map"), ids.uidMap());
          Files.writeString(of.resolve("gid_map"), ids.gidMap());
        }
        pin(of.resolve("ns/user"), beside(network));
        pin(of.resolve("ns/net"), network);
      } finally {
        process.destroy();
        var unused = process.onExit().join();
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot make a user namespace: " + e.getMessage(), e);
    }
  }

  private static String program(String name) {
    Path program = HostPrograms.find(name);
    if (program == null) {
      throw new SystemFailure(
          name
              + " is not installed: install the package util-linux, which user namespaces of"
              + " containers are made with");
    }
    return program.toString();
  }

  /** What comes back has been through the namespaces. */
  private static void made(Process process, OutputStream input) throws IOException {
    int first = -1;
    try {
      input.write('\n');
      input.flush();
      first = process.getInputStream().read();
    } catch (IOException e) {
      // it ended, and says why below
    }
    if (first != '\n') {
      String rest =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      throw new IOException(first < 0 ? rest : (char) first + rest);
    }
  }

  private void pin(Path namespace, Path place) throws IOException {
    Files.createFile(place);
    try {
      sys.mount(namespace.toString(), place.toString(), "none", Sys.MS_BIND, "");
    } catch (IOException e) {
      Files.deleteIfExists(place);
      throw e;
    }
  }
}
