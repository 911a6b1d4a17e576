package io.layerd.fsck;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.durable.AtomicFiles;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * Puts right what can be put right. What cannot be used, and may be in the way of a new pull, is
 * moved to {@code quarantine} in the data root. No daemon may be at work there.
 */
public final class Repair {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PRIVATE = 0600;
  private static final int PRIVATE_DIRECTORY = 0700;

  private final Sys sys;
  private final Path dataRoot;
  private final AtomicFiles files;
  private final Path quarantine;

  public Repair(Sys sys, Path dataRoot) {
    this.sys = sys;
    this.dataRoot = dataRoot.toAbsolutePath().normalize();
    this.files = new AtomicFiles(sys);
    this.quarantine =
        this.dataRoot.resolve("quarantine").resolve(Instant.now().toString().replace(':', '-'));
  }

  /**
   * Cures one problem; durable on return.
   *
   * @return what was done, or what a human can do
   */
  public String cure(Problem problem) throws IOException {
    return switch (problem.cure()) {
      case Problem.Cure.None(String advice) -> "not repaired: " + advice;
      case Problem.Cure.Delete(Path path) -> {
        new Trees(sys).delete(path);
        yield "deleted " + path;
      }
      case Problem.Cure.Link(Path path, String target) -> {
        Files.createSymbolicLink(path, Path.of(target));
        files.syncDirectory(parent(path));
        yield "made " + path;
      }
      case Problem.Cure.Write(Path path, String content, int mode) -> {
        files.write(path, content, mode);
        yield "wrote " + path;
      }
      case Problem.Cure.Quarantine(Path path, Path files) -> {
        if (files != null && Files.isDirectory(files, LinkOption.NOFOLLOW_LINKS)) {
          var _ = moveAway(files);
        }
        yield moveAway(path);
      }
      case Problem.Cure.Untag(Path file, String name) -> untag(file, name);
    };
  }

  private String moveAway(Path path) throws IOException {
    Path target = quarantine.resolve(dataRoot.relativize(path));
    files.createDirectories(parent(target), PRIVATE_DIRECTORY);
    files.rename(path, target);
    return "moved to " + target;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  private String untag(Path file, String name) throws IOException {
    ObjectNode whole = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
    ObjectNode repositories = (ObjectNode) whole.path("Repositories");
    for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> repository :
        java.util.List.copyOf(repositories.properties())) {
      ObjectNode names = (ObjectNode) repository.getValue();
      names.remove(name);
      if (names.isEmpty()) {
        repositories.remove(repository.getKey());
      }
    }
    files.write(file, JSON.writeValueAsString(whole).getBytes(StandardCharsets.UTF_8), PRIVATE);
    return "took the name away";
  }
}
