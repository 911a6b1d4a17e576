package io.layerd.container;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The list of containers, newest first. */
final class ListContainers {
  private final Rooms rooms;
  private final ExecTable execs;

  ListContainers(Rooms rooms, ExecTable execs) {
    this.rooms = rooms;
    this.execs = execs;
  }

  List<ContainerSnapshot> list(ListQuery query) {
    ListFilter filter = ListFilter.of(rooms, new Filters(query.filters()));
    List<Container> all = new ArrayList<>(rooms.index().all());
    all.sort(Comparator.comparing(Container::createdAt).reversed());
    Snapshots snapshots = new Snapshots(rooms, execs);
    List<ContainerSnapshot> list = new ArrayList<>();
    boolean limited = query.limit() > 0;
    boolean stopped = query.all() || limited || filter.asksForState();
    for (Container container : all) {
      if (limited && list.size() == query.limit()) {
        break;
      }
      if ((stopped || container.running()) && filter.matches(container)) {
        list.add(snapshots.of(container, false, query.sizes()));
      }
    }
    return list;
  }
}
