package io.layerd.daemon;

import io.layerd.durable.FileLock;
import io.layerd.error.EngineException;
import io.layerd.fsck.Fsck;
import io.layerd.fsck.Problem;
import io.layerd.fsck.Progress;
import io.layerd.fsck.Repair;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code layerd fsck}. It takes the daemon's own options, to look at the same data root. */
@Command(
    name = "fsck",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd fsck [--repair] [--quick] [OPTIONS of the daemon]",
    header = "Check the images and layers in the data root",
    description =
        "%nReads every file of every layer and compares it with what was recorded when the%n"
            + "layer was made. Without --repair nothing is changed, and a daemon may be up.%n"
            + "With it, what cannot be used is moved to <data-root>/quarantine, lost links are%n"
            + "made again and leftovers deleted. The exit code is 0 if all is well, 1 if not,%n"
            + "and 2 if the check could not be made.%n",
    sortOptions = true)
final class FsckCommand implements Subcommand {
  private static final int COULD_NOT = 2;

  @Mixin DaemonFlags daemon = new DaemonFlags();

  @Option(
      names = "--repair",
      description = "Put right what can be put right; the daemon must be down")
  boolean repair;

  @Option(names = "--quick", description = "Do not read the contents of files")
  boolean quick;

  @Option(
      names = "--userns-remap",
      paramLabel = "USER",
      description = "Look at the data root of these user namespaces, as the daemon has them")
  @Nullable String usernsRemap;

  @Override
  public int run() {
    DaemonConfig config;
    try {
      if (usernsRemap != null) {
        daemon.more.put("userns-remap", List.of(usernsRemap));
      }
      config = UsernsRemap.look(ConfigMerge.load(daemon));
    } catch (StartupFailure e) {
      System.err.println(e.sentence());
      return COULD_NOT;
    }
    Path dataRoot = config.dataRoot();
    if (!Files.isDirectory(dataRoot)) {
      System.err.println("there is no data root " + dataRoot);
      return COULD_NOT;
    }
    Sys sys = Sys.host();
    try (Hold hold = Hold.take(sys, dataRoot)) {
      if (repair && hold.live()) {
        System.err.println("a daemon is using " + dataRoot + ": stop it to repair");
        return COULD_NOT;
      }
      return check(sys, config, hold.live());
    } catch (EngineException | IOException e) {
      System.err.println(e.getMessage());
      return COULD_NOT;
    }
  }

  private int check(Sys sys, DaemonConfig config, boolean live) throws IOException {
    Path dataRoot = config.dataRoot();
    Bar bar = new Bar(System.console() != null);
    Fsck.Report report =
        Fsck.check(config.ids().on(sys), dataRoot, new Fsck.Options(!quick, live), bar);
    bar.clear();
    Repair cures = new Repair(sys, dataRoot);
    for (Problem problem : report.problems()) {
      System.out.println(problem);
      System.out.println("  " + (repair ? cures.cure(problem) : advice(problem)));
    }
    System.out.printf(
        "%s: %d layers and %d whole images of %s, %d problems%n",
        dataRoot,
        report.layers(),
        report.images(),
        report.drivers().isEmpty() ? "no driver" : String.join(", ", report.drivers()),
        report.problems().size());
    return report.problems().isEmpty() ? 0 : 1;
  }

  private static String advice(Problem problem) {
    return switch (problem.cure()) {
      case Problem.Cure.None(String advice) -> advice;
      case Problem.Cure.Delete _ -> "the next start, or --repair, deletes it";
      case Problem.Cure.Link _ -> "the next start, or --repair, makes it again";
      case Problem.Cure.Write _ -> "--repair writes it anew";
      case Problem.Cure.Quarantine _ -> "--repair moves it out of the way";
      case Problem.Cure.Untag _ -> "--repair takes the name away";
    };
  }

  /**
   * The data root's lock, so that no daemon starts meanwhile; a daemon that is up has it.
   *
   * @param lock null if another has it, or none can be made there
   */
  private record Hold(@Nullable FileLock lock, boolean live) implements AutoCloseable {
    static Hold take(Sys sys, Path dataRoot) {
      try {
        Optional<FileLock> lock = FileLock.tryAcquire(sys, dataRoot.resolve(".layerd.lock"));
        return new Hold(lock.orElse(null), lock.isEmpty());
      } catch (IOException e) {
        return new Hold(null, false); // a file system that is read-only has no daemon at work
      }
    }

    @Override
    public void close() {
      if (lock != null) {
        lock.close();
      }
    }
  }

  /** A progress bar on standard error, if somebody looks. */
  private static final class Bar implements Progress {
    private static final int WIDTH = 40;
    private static final long PAUSE_NANOS = 100_000_000;

    private final boolean shown;
    private long last;

    Bar(boolean shown) {
      this.shown = shown;
    }

    @Override
    public void at(String step, long done, long total) {
      long now = System.nanoTime();
      if (!shown || now - last < PAUSE_NANOS) {
        return;
      }
      last = now;
      int filled = total == 0 ? WIDTH : (int) (WIDTH * done / total);
      System.err.printf(
          "\r[%s%s] %3d%% %.40s",
          "#".repeat(filled), " ".repeat(WIDTH - filled), filled * 100 / WIDTH, step);
    }

    void clear() {
      if (shown) {
        System.err.print("\r\033[K");
      }
    }
  }
}
