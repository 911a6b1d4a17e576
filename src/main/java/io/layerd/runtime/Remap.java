package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.HostConfig;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.IdMappings;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The user namespaces of containers whose ids are not the host's: what they cannot share with the
 * host, and what the runtime is told of them.
 */
record Remap(IdMappings ids) {
  static final Remap NONE = new Remap(IdMappings.NONE);

  private static final Logger LOG = Logger.getLogger(Remap.class);
  private static final long LAST_GROUP = Integer.MAX_VALUE;

  boolean on() {
    return !ids.isNone();
  }

  /** Whether a container has a user namespace of its own; {@code --userns=host} is without. */
  boolean of(HostConfig host) {
    return on() && !host.usernsMode().equals("host");
  }

  /**
   * @throws InvalidParameter for what only root of the host can do, in dockerd's words
   */
  void check(HostConfig host) {
    if (!of(host)) {
      return;
    }
    if (host.privileged()) {
      throw new InvalidParameter(
          "privileged mode is incompatible with user namespaces.  You must run the container in the"
              + " host namespace when running privileged mode");
    }
    if (host.networkMode().equals("host")) {
      throw new InvalidParameter(
          "cannot share the host's network namespace when user namespaces are enabled");
    }
    if (host.pidMode().equals("host")) {
      throw new InvalidParameter(
          "cannot share the host PID namespace when user namespaces are enabled");
    }
  }

  /** Adds the one that is made, or joined where another namespace belongs to it. */
  void namespace(LaunchRequest request, ArrayNode namespaces) {
    if (!of(request.host())) {
      return;
    }
    ObjectNode namespace = namespaces.addObject().put("type", "user");
    Path path = request.userNamespace();
    for (String kind : List.of("pid", "ipc")) {
      Integer pid = request.namespacesOf().get(kind);
      if (pid != null) {
        path = Path.of("/proc/" + pid + "/ns/user");
      }
    }
    if (path != null) {
      namespace.put("path", path.toString());
    }
  }

  /** Tells which ids are which; the runtime compares them with those of a namespace it joins. */
  void map(HostConfig host, ObjectNode linux) {
    if (of(host)) {
      put(linux.putArray("uidMappings"), ids.uids());
      put(linux.putArray("gidMappings"), ids.gids());
    }
  }

  private static void put(ArrayNode array, List<IdMappings.Range> ranges) {
    for (IdMappings.Range range : ranges) {
      array
          .addObject()
          .put("containerID", range.inside())
          .put("hostID", range.outside())
          .put("size", range.size());
    }
  }

  /**
   * Gives the pipes a process talks through, which are root's of the host, to the user it runs as,
   * who may want to open them by name. crun has done so already; runc cannot from inside.
   *
   * @param uid the user outside; 0 and less for none
   */
  static void giveStreams(Sys sys, int pid, int uid) {
    for (int number = 0; uid > 0 && number < 3; number++) {
      byte[] name = ("/proc/" + pid + "/fd/" + number).getBytes(StandardCharsets.US_ASCII);
      try {
        int stream = sys.openat(Sys.AT_FDCWD, name, Sys.O_PATH, 0);
        try {
          Stat stat = sys.fstat(stream);
          if (stat.type() == Stat.S_IFIFO && stat.uid() == 0) {
            sys.lchownat(stream, new byte[0], uid, -1);
          }
        } finally {
          sys.close(stream);
        }
      } catch (ErrnoException e) {
        LOG.debugf("stream %d of process %d stays root's: %s", number, pid, e.getMessage());
      }
    }
  }

  /** The same for one that runs already. */
  static void giveStreams(Sys sys, int pid) {
    try {
      byte[] name = ("/proc/" + pid).getBytes(StandardCharsets.US_ASCII);
      giveStreams(sys, pid, sys.lstatat(Sys.AT_FDCWD, name).uid());
    } catch (ErrnoException e) {
      LOG.debugf("process %d has ended: %s", pid, e.getMessage());
    }
  }

  /** The last group that may send pings: one without a mapping cannot be named. */
  long lastGroup(HostConfig host) {
    if (!of(host)) {
      return LAST_GROUP;
    }
    IdMappings.Range first = ids.gids().getFirst();
    return first.inside() + first.size() - 1;
  }
}
