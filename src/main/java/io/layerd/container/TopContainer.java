package io.layerd.container;

import io.layerd.container.ContainerService.Top;
import io.layerd.error.Conflict;
import io.layerd.error.SystemFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The processes of a container, as the host's ps prints them. */
final class TopContainer {
  private final Rooms rooms;

  TopContainer(Rooms rooms) {
    this.rooms = rooms;
  }

  Top top(Container container, String psArgs) {
    if (!container.running()) {
      throw new Conflict("container " + container.id + " is not running");
    }
    if (container.state.restarting()) {
      throw new Conflict(
          "container " + container.id + " is restarting, wait until the container is running");
    }
    Set<String> pids =
        rooms.runtime().pids(container.id).stream()
            .map(String::valueOf)
            .collect(Collectors.toSet());
    List<String> command = new ArrayList<>(List.of("ps"));
    Arrays.stream((psArgs.isBlank() ? "-ef" : psArgs).trim().split("\\s+")).forEach(command::add);
    HostProgram.Outcome ps = HostProgram.run(command);
    if (ps.exitCode() != 0) {
      throw new SystemFailure("ps: " + ps.output().lines().findFirst().orElse("failed"));
    }
    Top top = parse(ps.output(), pids);
    rooms.events().publish(container, "top");
    return top;
  }

  static Top parse(String output, Set<String> pids) {
    List<String> lines = output.lines().toList();
    List<String> titles = Arrays.asList(lines.getFirst().trim().split("\\s+"));
    int pid = titles.indexOf("PID");
    if (pid < 0) {
      throw new SystemFailure("Couldn't find PID field in ps output");
    }
    List<List<String>> processes = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      // The last field is the command and may hold spaces.
      List<String> fields = Arrays.asList(line.trim().split("\\s+", titles.size()));
      if (fields.size() > pid && pids.contains(fields.get(pid))) {
        processes.add(fields);
      }
    }
    return new Top(titles, processes);
  }
}
