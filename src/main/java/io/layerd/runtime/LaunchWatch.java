package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Ends starts that would wait for ever. A runtime that is killed (a host without memory) after it
 * made the process leaves conmon reading the standard error of that process for the reason: it
 * waits for its start, conmon for its words, and we for conmon.
 *
 * <p>Such a conmon sleeps, and all its children are in mount namespaces of their own, so none of
 * them is the runtime. Seen at several looks in a row, nothing else looks like that.
 */
final class LaunchWatch {
  private static final Logger LOG = Logger.getLogger(LaunchWatch.class);
  private static final int SIGKILL = 9;
  private static final int LOOKS = 3;

  private final Sys sys;
  private final Path proc;
  private final Set<Launch> launches = ConcurrentHashMap.newKeySet();

  /**
   * @param proc where the processes are listed, {@code /proc}
   */
  LaunchWatch(Sys sys, Path proc) {
    this.sys = sys;
    this.proc = proc;
  }

  /** A start that has no answer yet; closed when it has. */
  final class Launch implements AutoCloseable {
    private final Bundle bundle;
    private int looks;
    private volatile boolean ended;

    private Launch(Bundle bundle) {
      this.bundle = bundle;
    }

    /** Whether this start was ended because its runtime had died. */
    boolean ended() {
      return ended;
    }

    /** Why there is no process: the runtime's words, or what became of it or of conmon. */
    String whyNot(Conmon.@Nullable Answer answer) {
      if (ended) {
        return "the runtime was killed before it answered";
      }
      String words = answer == null ? null : answer.message();
      words = words == null ? bundle.monitorWords() : words;
      return words == null ? "conmon ended without an answer" : words;
    }

    @Override
    public void close() {
      launches.remove(this);
    }
  }

  /** Watches a start from now on. */
  Launch watch(Bundle bundle) {
    Launch launch = new Launch(bundle);
    launches.add(launch);
    return launch;
  }

  /** To be called about once a second. */
  void round() {
    launches.forEach(this::look);
  }

  private void look(Launch launch) {
    int monitor = Bundle.readPid(launch.bundle.monitorPidFile());
    List<Integer> children = monitor > 0 ? children(monitor) : List.of();
    if (children.isEmpty()
        || !watches(monitor, launch.bundle)
        || !sleeps(monitor)
        || !children.stream().allMatch(this::apart)) {
      launch.looks = 0;
      return;
    }
    launch.looks++;
    if (launch.looks >= LOOKS && !launch.ended) {
      LOG.warnf("the runtime that made process %s was killed: ending the process", children);
      launch.ended = true;
      children.forEach(this::kill);
      kill(monitor);
    }
  }

  /** Whether this number is still that of the conmon that was started for the bundle. */
  private boolean watches(int pid, Bundle bundle) {
    try {
      byte[] words = Files.readAllBytes(proc.resolve(pid + "/cmdline"));
      return new String(words, StandardCharsets.UTF_8).contains(bundle.directory().toString());
    } catch (IOException e) {
      return false;
    }
  }

  private List<Integer> children(int pid) {
    List<Integer> children = new ArrayList<>();
    try {
      String list = Files.readString(proc.resolve(pid + "/task/" + pid + "/children"));
      for (String child : list.strip().split(" ", -1)) {
        if (!child.isEmpty()) {
          children.add(Integer.parseInt(child));
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.tracef("children of %d: %s", pid, e.getMessage());
    }
    return children;
  }

  private boolean sleeps(int pid) {
    try {
      byte[] stat = Files.readAllBytes(proc.resolve(pid + "/stat"));
      String text = new String(stat, StandardCharsets.ISO_8859_1);
      return text.startsWith("S", text.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean apart(int pid) {
    try {
      Path own = Files.readSymbolicLink(proc.resolve("self/ns/mnt"));
      return !Files.readSymbolicLink(proc.resolve(pid + "/ns/mnt")).equals(own);
    } catch (IOException e) {
      return false;
    }
  }

  private void kill(int pid) {
    try {
      sys.kill(pid, SIGKILL);
    } catch (ErrnoException e) {
      LOG.debugf("process %d has ended: %s", pid, e.getMessage());
    }
  }
}
