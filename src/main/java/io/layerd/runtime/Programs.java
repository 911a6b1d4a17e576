package io.layerd.runtime;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.RuntimeInfo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The programs that run containers, looked up anew at each use: one may be installed or replaced
 * while the daemon runs.
 */
final class Programs {
  private static final Pattern VERSION = Pattern.compile("version:? (\\S+)");
  private static final Pattern COMMIT = Pattern.compile("commit: (\\S+)");

  /** What dockerd calls runc. */
  private static final String RUNC_V2 = "io.containerd.runc.v2";

  /** Clients that ask for a page again and again do not have the PATH searched each time. */
  private static final long INFO_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Looked(RuntimeOptions options, long nanos, RuntimeInfo info) {}

  private volatile RuntimeOptions options;
  private volatile @Nullable Looked looked;
  private final Command command;
  private final BooleanSupplier crunWorks;
  private final Map<String, Program> versions = new ConcurrentHashMap<>();
  private final Map<Path, Boolean> recursive = new ConcurrentHashMap<>();

  Programs(RuntimeOptions options, Command command, BooleanSupplier crunWorks) {
    this.options = options;
    this.command = command;
    this.crunWorks = crunWorks;
  }

  RuntimeOptions options() {
    return options;
  }

  /** From now on; what runs goes on as it was started. */
  void options(RuntimeOptions others) {
    options = others;
  }

  /** A runtime's name and program. */
  record Runtime(String name, Path path) {}

  /**
   * The runtime a container names, or the default one.
   *
   * @throws InvalidParameter {@code unknown or invalid runtime name: X}
   * @throws SystemFailure if none is installed
   */
  Runtime runtime(String name) {
    Map<String, Path> all = runtimes();
    String wanted = name.isEmpty() ? defaultName(all) : name.equals(RUNC_V2) ? "runc" : name;
    if (wanted.isEmpty()) {
      throw new SystemFailure(
          "no OCI runtime found: install runc or crun and make sure it is on the PATH of layerd");
    }
    Path path = all.get(wanted);
    if (path == null) {
      throw new InvalidParameter("unknown or invalid runtime name: " + name);
    }
    return new Runtime(wanted, path);
  }

  Path conmon() {
    Path path = find("conmon");
    if (path == null) {
      throw new SystemFailure(
          "conmon not found: install conmon and make sure it is on the PATH of layerd");
    }
    return path;
  }

  /** The program for {@code --init}. */
  Path init() {
    Path path = findInit();
    if (path == null) {
      throw new SystemFailure(
          "exec: \"docker-init\": executable file not found in $PATH: install tini on the host to"
              + " use --init");
    }
    return path;
  }

  /** Name of the default runtime; empty if there is none. */
  String defaultName() {
    return defaultName(runtimes());
  }

  private String defaultName(Map<String, Path> all) {
    String wanted = options.defaultRuntime();
    if (wanted != null) {
      return wanted;
    }
    // Asked each time: a controller may move between the hierarchies while the daemon is up.
    if (all.containsKey("crun") && crunWorks.getAsBoolean()) {
      return "crun";
    }
    return all.containsKey("runc") ? "runc" : "";
  }

  /** Every runtime there is. */
  List<Path> all() {
    return List.copyOf(runtimes().values());
  }

  private Map<String, Path> runtimes() {
    Map<String, Path> all = new LinkedHashMap<>();
    for (String name : List.of("runc", "crun")) {
      Path path = find(name);
      if (path != null) {
        all.put(name, path);
      }
    }
    options
        .extraRuntimes()
        .forEach(
            (name, extra) -> {
              Path program = extra.program();
              Path found = program.isAbsolute() ? program : find(program.toString());
              if (found != null) {
                all.put(name, found);
              }
            });
    return all;
  }

  /** What is missing; starts no program. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (defaultName().isEmpty()) {
      warnings.add("WARNING: No OCI runtime found: install runc or crun to start containers");
    }
    if (find("conmon") == null) {
      warnings.add("WARNING: conmon not found: install conmon to start containers");
    }
    return warnings;
  }

  /** Asks every program for its version, once, and looks which there are once a second at most. */
  RuntimeInfo info(Cgroups cgroups, boolean seccomp, boolean appArmor, Remap remap) {
    RuntimeOptions current = options;
    Looked last = looked;
    long now = System.nanoTime();
    if (last == null || last.options() != current || now - last.nanos() > INFO_NANOS) {
      last = new Looked(current, now, look(cgroups, seccomp, appArmor, remap));
      looked = last;
    }
    return last.info();
  }

  private RuntimeInfo look(Cgroups cgroups, boolean seccomp, boolean appArmor, Remap remap) {
    Map<String, Path> all = runtimes();
    List<Program> runtimes = new ArrayList<>();
    all.forEach((name, path) -> runtimes.add(asTold(program(name, path))));
    Path conmon = find("conmon");
    Path init = findInit();
    List<String> security = new ArrayList<>();
    if (appArmor) {
      security.add("name=apparmor");
    }
    if (seccomp) {
      security.add("name=seccomp,profile=" + options.containers().seccompName());
    }
    if (options.selinux()) {
      security.add("name=selinux");
    }
    if (remap.on()) {
      security.add("name=userns");
    }
    if (cgroups.unified()) {
      security.add("name=cgroupns");
    }
    if (options.containers().noNewPrivileges()) {
      security.add("name=no-new-privileges");
    }
    return new RuntimeInfo(
        defaultName(all),
        List.copyOf(runtimes),
        conmon == null ? null : program("conmon", conmon),
        init == null ? null : program("docker-init", init),
        cgroups.unified() ? "2" : "1",
        "cgroupfs",
        List.copyOf(security),
        List.copyOf(warnings()));
  }

  /** Whether read-only can hold for all that is mounted below; asked once for each program. */
  boolean recursiveReadOnly(Runtime runtime) {
    return recursive.computeIfAbsent(runtime.path(), this::askRecursiveReadOnly);
  }

  private boolean askRecursiveReadOnly(Path path) {
    if (!RecursiveReadOnly.kernel(System.getProperty("os.version", ""))) {
      return false;
    }
    try {
      // crun can since before it had a word for it
      return command.run(List.of(path.toString(), "features")).output().contains("\"rro\"")
          || command.run(List.of(path.toString(), "--version")).output().startsWith("crun ");
    } catch (SystemFailure e) {
      return false;
    }
  }

  private Program asTold(Program found) {
    ExtraRuntime extra = options.extraRuntimes().get(found.name());
    return extra == null
        ? found
        : new Program(
            found.name(),
            extra.path().toString(),
            found.version(),
            found.commit(),
            extra.arguments());
  }

  private Program program(String name, Path path) {
    return versions.computeIfAbsent(name + "=" + path, _ -> ask(name, path));
  }

  private Program ask(String name, Path path) {
    try {
      String output = command.run(List.of(path.toString(), "--version")).output();
      return new Program(name, path.toString(), first(VERSION, output), first(COMMIT, output));
    } catch (SystemFailure e) {
      return new Program(name, path.toString(), "", "");
    }
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  private @Nullable Path findInit() {
    Path given = options.initPath();
    if (given != null) {
      return Files.isExecutable(given) ? given : null;
    }
    Path init = find("docker-init");
    init = init == null ? find("tini-static") : init;
    return init == null ? find("tini") : init;
  }

  @Nullable Path find(String name) {
    for (Path directory : options.searchPath()) {
      Path path = directory.resolve(name);
      if (Files.isRegularFile(path) && Files.isExecutable(path)) {
        return path;
      }
    }
    return null;
  }
}
