package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import io.layerd.spec.TmpfsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Temporary file systems asked for with {@code --tmpfs} and {@code --mount type=tmpfs}. */
final class TmpfsMount {
  private static final List<String> DEFAULTS = List.of("noexec", "nosuid", "nodev", "rprivate");

  /** Flags that undo each other share a group. */
  private static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("defaults", "defaults"),
          Map.entry("ro", "ro"),
          Map.entry("rw", "ro"),
          Map.entry("suid", "suid"),
          Map.entry("nosuid", "suid"),
          Map.entry("dev", "dev"),
          Map.entry("nodev", "dev"),
          Map.entry("exec", "exec"),
          Map.entry("noexec", "exec"),
          Map.entry("sync", "sync"),
          Map.entry("async", "sync"),
          Map.entry("dirsync", "dirsync"),
          Map.entry("remount", "remount"),
          Map.entry("mand", "mand"),
          Map.entry("nomand", "mand"),
          Map.entry("atime", "atime"),
          Map.entry("noatime", "atime"),
          Map.entry("diratime", "diratime"),
          Map.entry("nodiratime", "diratime"),
          Map.entry("bind", "bind"),
          Map.entry("rbind", "bind"),
          Map.entry("unbindable", "propagation"),
          Map.entry("runbindable", "propagation"),
          Map.entry("private", "propagation"),
          Map.entry("rprivate", "propagation"),
          Map.entry("shared", "propagation"),
          Map.entry("rshared", "propagation"),
          Map.entry("slave", "propagation"),
          Map.entry("rslave", "propagation"),
          Map.entry("relatime", "relatime"),
          Map.entry("norelatime", "relatime"),
          Map.entry("strictatime", "strictatime"),
          Map.entry("nostrictatime", "strictatime"));

  private static final Set<String> VALUES =
      Set.of("mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "size");

  private static final int PERMISSIONS = 07777;

  private TmpfsMount() {}

  /** All of a container, by destination. */
  static List<BindMount> of(HostConfig host) {
    List<BindMount> mounts = new ArrayList<>();
    Map<String, String> plain = host.tmpfs();
    new TreeMap<>(plain == null ? Map.<String, String>of() : plain)
        .forEach((destination, options) -> mounts.add(mount(destination, split(options))));
    List<MountRequest> requests = host.mounts();
    for (MountRequest request : requests == null ? List.<MountRequest>of() : requests) {
      if (request.type().equals("tmpfs")) {
        mounts.add(mount(request.target(), options(request)));
      }
    }
    return mounts;
  }

  /**
   * With the mode of the directory that it covers, if none was asked for: runc takes it over by
   * itself, crun does not. A way with links in it is left to the runtime.
   */
  static BindMount withModeOfCovered(BindMount tmpfs, Path rootfs) {
    if (tmpfs.options().stream().anyMatch(option -> option.startsWith("mode="))) {
      return tmpfs;
    }
    Path covered = rootfs;
    for (Path part : Path.of(tmpfs.destination()).normalize()) {
      covered = covered.resolve(part);
      if (!Files.isDirectory(covered, LinkOption.NOFOLLOW_LINKS)) {
        return tmpfs;
      }
    }
    try {
      Object mode = Files.getAttribute(covered, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      List<String> options = new ArrayList<>(tmpfs.options());
      options.add("mode=" + Integer.toOctalString((Integer) mode & PERMISSIONS));
      return new BindMount(tmpfs.type(), tmpfs.source(), tmpfs.destination(), options);
    } catch (IOException e) {
      return tmpfs;
    }
  }

  private static BindMount mount(String destination, List<String> options) {
    return new BindMount("tmpfs", "tmpfs", destination, merge(options));
  }

  private static List<String> split(String options) {
    return Stream.of(options.split(",", -1)).filter(o -> !o.isEmpty()).toList();
  }

  private static List<String> options(MountRequest request) {
    List<String> options = new ArrayList<>();
    if (request.readOnly()) {
      options.add("ro");
    }
    @Nullable TmpfsOptions given = request.tmpfsOptions();
    if (given != null) {
      if (given.mode() != 0) {
        options.add("mode=" + Integer.toOctalString(given.mode()));
      }
      if (given.sizeBytes() != 0) {
        options.add("size=" + given.sizeBytes());
      }
      for (List<String> option :
          given.options() == null ? List.<List<String>>of() : given.options()) {
        options.add(String.join("=", option));
      }
    }
    return options;
  }

  /**
   * The defaults and what was asked for; of options that exclude each other the last one stays.
   *
   * @throws SystemFailure {@code invalid tmpfs option "x"}
   */
  static List<String> merge(List<String> asked) {
    List<String> all = new ArrayList<>(DEFAULTS);
    all.addAll(asked);
    List<String> kept = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String option : all.reversed()) {
      if (option.equals("defaults")) {
        continue;
      }
      int equals = option.indexOf('=');
      String group = equals < 0 ? FLAGS.get(option) : option.substring(0, equals);
      if (group == null || equals >= 0 && !VALUES.contains(group)) {
        throw new SystemFailure("invalid tmpfs option \"" + option + "\"");
      }
      if (seen.add(group)) {
        kept.addFirst(option);
      }
    }
    return List.copyOf(kept);
  }
}
