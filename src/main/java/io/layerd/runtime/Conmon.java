package io.layerd.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.spec.SpecJson;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts conmon, which starts the runtime. conmon leaves our process group and session, gets
 * nothing of us but the pipes here, and so outlives us.
 *
 * <p>Pipes, as numbered in the child: 3 answers {@code {"data": pid}} or {@code {"data": -1,
 * "message": ...}}; for an exec to be attached 4 says that the socket is there, and 5 lets conmon
 * go on, once at its start and once after that.
 */
final class Conmon implements AutoCloseable {
  private static final int LINE_BYTES = 64 << 10;

  private final Sys sys;
  private final int answers;
  private final int attached;
  private final int go;

  private Conmon(Sys sys, int answers, int attached, int go) {
    this.sys = sys;
    this.answers = answers;
    this.attached = attached;
    this.go = go;
  }

  /**
   * What to start.
   *
   * @param containerId what the runtime knows the container by
   * @param id of the process, unique
   * @param exec whether it is one more process in a running container
   * @param restore where a checkpoint is that the container goes on from; null for none
   * @param attach whether to wait for {@link #proceed} with the socket ready; for an exec only
   */
  record Job(
      Path conmon,
      Path runtime,
      Path runtimeRoot,
      String containerId,
      String id,
      Bundle bundle,
      ProcessIo io,
      boolean exec,
      @Nullable Path restore,
      boolean attach) {
    List<String> command() {
      List<String> command = new ArrayList<>();
      command.add(conmon.toString());
      add(command, "--api-version", "1");
      add(command, "-c", containerId);
      add(command, "-u", id);
      add(command, "-r", runtime.toString());
      add(command, "-b", bundle.directory().toString());
      add(command, "-p", bundle.pidFile().toString());
      add(command, "-P", bundle.monitorPidFile().toString());
      add(command, "--exit-dir", parent(bundle.exitFile()).toString());
      // Syncing the log at each exit is slow, and the log is whole without it unless power fails.
      add(command, "--full-attach", "--no-sync-log");
      Path log = io.log();
      add(command, "-l", log == null ? "none" : "k8s-file:" + log);
      if (io.tty()) {
        command.add("-t");
      }
      if (io.stdinOpen()) {
        command.add("-i");
        // A terminal stays usable for the next client, as with dockerd.
        if (!io.stdinOnce() || io.tty()) {
          command.add("--leave-stdin-open");
        }
      }
      if (exec) {
        add(command, "--exec", "--exec-process-spec", bundle.processSpec().toString());
      }
      Path checkpoint = restore;
      if (checkpoint != null) {
        add(command, "--restore", checkpoint.toString());
      }
      if (attach) {
        command.add("--exec-attach");
      }
      // With a log file the runtime writes the bare message to standard error, which conmon passes
      // on.
      add(command, "--runtime-arg", "--root=" + runtimeRoot);
      add(command, "--runtime-arg", "--log-format=json");
      add(command, "--runtime-arg", "--log=" + bundle.runtimeLog());
      return command;
    }

    private static void add(List<String> command, String... words) {
      command.addAll(List.of(words));
    }

    private static Path parent(Path file) {
      return java.util.Objects.requireNonNull(file.getParent());
    }
  }

  static Conmon start(Sys sys, Job job) {
    int log = -1;
    int[] answers = {-1, -1};
    int[] attached = {-1, -1};
    int[] go = {-1, -1};
    Conmon started = null;
    try {
      log =
          sys.openat(
              Sys.AT_FDCWD,
              job.bundle().monitorLog().toString().getBytes(StandardCharsets.UTF_8),
              Sys.O_WRONLY | Sys.O_CREAT | Sys.O_TRUNC,
              0600);
      answers = sys.pipe();
      List<String> environment;
      int[] descriptors;
      if (job.attach()) {
        attached = sys.pipe();
        go = sys.pipe();
        descriptors = new int[] {-1, -1, log, answers[1], attached[1], go[0]};
        environment =
            Command.environment(
                Map.of("_OCI_SYNCPIPE", "3", "_OCI_ATTACHPIPE", "4", "_OCI_STARTPIPE", "5"));
      } else {
        descriptors = new int[] {-1, -1, log, answers[1]};
        environment = Command.environment(Map.of("_OCI_SYNCPIPE", "3"));
      }
      // conmon marks an out-of-memory kill by a file "oom" in its working directory.
      String directory = job.bundle().directory().toString();
      int pid = sys.spawn(directory, job.command(), environment, descriptors);
      started = new Conmon(sys, answers[0], attached[0], go[1]);
      close(sys, answers[1], attached[1], go[0]);
      answers[1] = attached[1] = go[0] = -1;
      if (job.attach()) {
        started.proceed();
      }
      // conmon forks and leaves at once.
      int status = Command.exitCode(sys.waitpid(pid));
      if (status != 0) {
        String words = job.bundle().monitorWords();
        started.close();
        throw new SystemFailure(
            "conmon failed with status " + status + (words == null ? "" : ": " + words));
      }
      return started;
    } catch (ErrnoException e) {
      if (started != null) {
        started.close();
      } else {
        close(sys, answers[0], attached[0], go[1]);
      }
      throw new SystemFailure("cannot start conmon: " + e.getMessage(), e);
    } finally {
      close(sys, log, answers[1], attached[1], go[0]);
    }
  }

  /** Lets conmon take its next step. */
  void proceed() throws ErrnoException {
    sys.writeFully(go, ByteBuffer.allocateDirect(1).put((byte) '\n').flip());
  }

  /** Waits until the attach socket is there. */
  void awaitSocket() throws ErrnoException {
    readLine(attached);
  }

  /**
   * @param value the process id; negative if there is none
   * @param message what the runtime said, if it failed
   */
  record Answer(int value, @Nullable String message) {}

  /** Waits until the runtime has made the process; null if conmon died before. */
  @Nullable Answer awaitProcess() throws ErrnoException {
    String line = readLine(answers);
    HostDevices.giveBack(sys);
    try {
      JsonNode node = SpecJson.MAPPER.readTree(line);
      if (node.hasNonNull("data") || node.hasNonNull("pid")) {
        JsonNode value = node.hasNonNull("data") ? node.path("data") : node.path("pid");
        return new Answer(
            value.asInt(), node.hasNonNull("message") ? node.path("message").asText() : null);
      }
    } catch (JsonProcessingException e) {
      return new Answer(-1, line);
    }
    return null;
  }

  private String readLine(int fd) throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LINE_BYTES);
    while (buffer.hasRemaining() && sys.read(fd, buffer) > 0) {
      if (buffer.get(buffer.position() - 1) == '\n') {
        break;
      }
    }
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
  }

  @Override
  public void close() {
    close(sys, answers, attached, go);
  }

  private static void close(Sys sys, int... descriptors) {
    for (int fd : descriptors) {
      if (fd >= 0) {
        sys.close(fd);
      }
    }
  }
}
