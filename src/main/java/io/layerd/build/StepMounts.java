package io.layerd.build;

import io.layerd.build.StageSources.Origin;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.Cancel;
import io.layerd.oci.ChainId;
import io.layerd.spec.BindOptions;
import io.layerd.spec.MountRequest;
import io.layerd.spec.TmpfsOptions;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code RUN --mount} asks for, made ready; closing takes away what does not stay. */
final class StepMounts implements AutoCloseable {
  /** Where mounts take their files from. */
  record Sources(
      Tools tools, BuildRequest request, BuildFiles files, StageSources stages, Cancel cancel) {
    /** What of the mounts a step's result depends on, for the cache. */
    List<String> identity(List<MountFlag> flags) throws InterruptedException {
      List<String> words = new ArrayList<>();
      for (MountFlag flag : flags) {
        words.add("--mount=" + flag.type() + new TreeMap<>(flag.values()));
        if (flag.type().equals("bind")) {
          words.add(content(flag));
        }
      }
      return words;
    }

    private String content(MountFlag flag) throws InterruptedException {
      String from = flag.text("from");
      Path root;
      if (from.isEmpty()) {
        root = files.context();
      } else {
        switch (stages.from(from)) {
          case Origin.OfImage image -> {
            return image.image() == null ? "" : image.image().id().toString();
          }
          case Origin.OfFiles directory -> root = directory.root();
        }
      }
      try {
        TreePath found = TreePath.follow(tools.sys(), root, flag.text("source"));
        Stat stat = found.stat();
        if (stat == null) {
          throw new NotFound(CopySources.missing(flag.text("source").replaceFirst("^/+", "")));
        }
        CopySource source = new CopySource(found.host(), stat, new byte[0], false);
        return new ContentHash(tools.sys(), IgnoreFile.of(List.of()), false).of(List.of(source));
      } catch (ErrnoException e) {
        throw new SystemFailure("cannot read what is to be mounted: " + e.getMessage(), e);
      }
    }
  }

  private final Sources sources;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<MountRequest> mounts = new ArrayList<>();
  private final Map<String, String> env = new TreeMap<>();
  private final String command;
  private @Nullable Path secrets;

  private StepMounts(Sources sources, String command) {
    this.sources = sources;
    this.command = command;
  }

  /**
   * @param command what they are for
   */
  static StepMounts prepare(
      Sources sources, String workDir, List<MountFlag> flags, List<String> command)
      throws InterruptedException {
    StepMounts made = new StepMounts(sources, String.join(" ", command));
    boolean whole = false;
    try {
      for (MountFlag flag : flags) {
        made.add(flag, workDir);
      }
      whole = true;
      return made;
    } catch (IOException e) {
      throw new SystemFailure("cannot prepare a mount: " + e.getMessage(), e);
    } finally {
      if (!whole) {
        made.close();
      }
    }
  }

  List<MountRequest> mounts() {
    return mounts;
  }

  Map<String, String> env() {
    return env;
  }

  List<String> targets() {
    return mounts.stream().map(MountRequest::target).toList();
  }

  private void add(MountFlag flag, String workDir) throws IOException, InterruptedException {
    switch (flag.type()) {
      case "cache" -> cache(flag, target(flag, workDir));
      case "tmpfs" -> {
        TmpfsOptions options = new TmpfsOptions(flag.size(), 0, null);
        String target = target(flag, workDir);
        mounts.add(new MountRequest("tmpfs", "", target, false, "", null, null, null, options));
      }
      case "secret" -> secret(flag, workDir);
      case "ssh" -> ssh(flag);
      default -> bind(flag, target(flag, workDir));
    }
  }

  private static String target(MountFlag flag, String workDir) {
    String target = flag.text("target");
    if (target.isEmpty()) {
      throw new InvalidParameter("invalid mount target \"/\"");
    }
    return io.layerd.dockerfile.ImagePath.below(workDir, target);
  }

  private void mount(Path source, String target, boolean readOnly) {
    // nothing is mounted below it; crun before 1.9 cannot make a file read-only recursively
    BindOptions options = new BindOptions("", false, false, readOnly, false);
    mounts.add(
        new MountRequest(
            "bind", source.toString(), target, readOnly, "", options, null, null, null));
  }

  private void cache(MountFlag flag, String target) throws IOException, InterruptedException {
    String id = flag.text("id").isEmpty() ? target : flag.text("id");
    String sharing = flag.text("sharing").isEmpty() ? "shared" : flag.text("sharing");
    if (!List.of("shared", "private", "locked").contains(sharing)) {
      throw new InvalidParameter("unsupported sharing value \"" + sharing + "\"");
    }
    CacheMounts caches = sources.tools().caches();
    CacheMounts.Lease lease = caches.use(id, sharing, sources.cancel());
    open.push(lease);
    if (lease.fresh()) {
      caches.describe(lease, id, target, command);
      if (!flag.text("from").isEmpty()) {
        Path from = sourceOf(flag, true);
        new TreeCopy(sources.tools().sys(), TreeCopy.Options.PLAIN)
            .contents(TreePath.bytes(from), TreePath.bytes(lease.data()), true);
      } else {
        int mode = flag.number("mode", 8, 0755);
        caches.prepare(lease, mode, flag.number("uid", 10, 0), flag.number("gid", 10, 0));
      }
    }
    mount(lease.data(), target, flag.flag("readonly"));
  }

  private void bind(MountFlag flag, String target) throws IOException, InterruptedException {
    mount(sourceOf(flag, flag.flag("readwrite")), target, !flag.flag("readwrite"));
  }

  /**
   * @param writable what is written there must change nothing that stays
   */
  private Path sourceOf(MountFlag flag, boolean writable) throws IOException, InterruptedException {
    String from = flag.text("from");
    Path root = from.isEmpty() ? sources.files().context() : rootOf(sources.stages().from(from));
    boolean ours = root.startsWith(sources.tools().work());
    TreePath found = TreePath.follow(sources.tools().sys(), root, flag.text("source"));
    if (found.stat() == null) {
      throw new NotFound(CopySources.missing(flag.text("source").replaceFirst("^/+", "")));
    }
    Path path = Path.of(new String(found.host(), StandardCharsets.UTF_8));
    if (!ours || !writable) {
      return path;
    }
    Path above = Files.createTempDirectory(sources.files().scratch(), "mount");
    sources.tools().sys().letPass(TreePath.bytes(above));
    Path copy = above.resolve("copy");
    new TreeCopy(sources.tools().sys(), TreeCopy.Options.PLAIN)
        .copy(found.host(), TreePath.bytes(copy));
    return copy;
  }

  private Path rootOf(Origin origin) {
    return switch (origin) {
      case Origin.OfFiles directory -> directory.root();
      case Origin.OfImage source -> {
        ChainId chain = source.image() == null ? null : source.image().chainId();
        WorkLayer layer = WorkLayer.open(sources.tools().layers(), chain);
        open.push(layer);
        yield layer.root();
      }
    };
  }

  private ClientSide client() {
    ClientSide client = sources.request().client();
    if (client == null) {
      throw BuildKitOnly.flag("--mount");
    }
    return client;
  }

  private void secret(MountFlag flag, String workDir) throws IOException {
    String target = flag.text("target");
    String id = flag.text("id");
    if (id.isEmpty()) {
      id = target.isEmpty() ? flag.text("source") : target.substring(target.lastIndexOf('/') + 1);
    }
    if (id.isEmpty()) {
      throw new InvalidParameter("secret mount requires an id or a target");
    }
    byte[] secret = client().secret(id);
    if (secret == null) {
      if (flag.flag("required")) {
        throw new InvalidParameter("secret " + id + ": not found");
      }
      return;
    }
    String variable = flag.text("env");
    if (!variable.isEmpty()) {
      env.put(variable, new String(secret, StandardCharsets.UTF_8));
    }
    if (!variable.isEmpty() && target.isEmpty()) {
      return;
    }
    Path file = Files.createTempFile(hidden(), "secret", "");
    Files.write(file, secret);
    protect(file, flag, 0400);
    String place =
        target.isEmpty()
            ? "/run/secrets/" + id
            : io.layerd.dockerfile.ImagePath.below(workDir, target);
    mount(file, place, true);
  }

  private void protect(Path file, MountFlag flag, int mode) throws ErrnoException {
    Sys sys = sources.tools().sys();
    byte[] name = TreePath.bytes(file);
    sys.fchmodat(Sys.AT_FDCWD, name, flag.number("mode", 8, mode));
    sys.lchownat(Sys.AT_FDCWD, name, flag.number("uid", 10, 0), flag.number("gid", 10, 0));
  }

  private void ssh(MountFlag flag) throws IOException {
    String id = flag.text("id").isEmpty() ? "default" : flag.text("id");
    long number = mounts.stream().filter(each -> each.target().contains("/ssh_agent.")).count();
    String target = flag.text("target");
    if (target.isEmpty()) {
      target = "/run/buildkit/ssh_agent." + number;
      env.putIfAbsent("SSH_AUTH_SOCK", target);
    }
    if (!client().hasAgent(id)) {
      if (flag.flag("required")) {
        throw new InvalidParameter("unset ssh forward key " + id);
      }
      return;
    }
    Path socket = hidden().resolve("agent" + number);
    open.push(AgentSocket.open(client(), id, socket));
    protect(socket, flag, 0600);
    mount(socket, target, false);
    env.putIfAbsent("SSH_AUTH_SOCK", target);
  }

  /** A directory of the step's own, in memory where the host keeps what runs. */
  private Path hidden() throws IOException {
    if (secrets == null) {
      Path below = sources.tools().secrets();
      var onlyRoot = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(below, PosixFilePermissions.asFileAttribute(onlyRoot));
      secrets = Files.createTempDirectory(below, "step");
      sources.tools().sys().letPass(TreePath.bytes(below));
      sources.tools().sys().letPass(TreePath.bytes(secrets));
    }
    return secrets;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new SystemFailure("cannot take a mount away: " + e.getMessage(), e);
      }
    }
    Path directory = secrets;
    if (directory != null) {
      ContextDirectory.delete(directory);
    }
  }
}
