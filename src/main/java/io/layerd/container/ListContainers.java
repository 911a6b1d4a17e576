package io.layerd.container;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The list of containers, newest first. */
final class ListContainers {
  private static final int QUICK = 64;

  private final Rooms rooms;
  private final ExecTable execs;

  ListContainers(Rooms rooms, ExecTable execs) {
    this.rooms = rooms;
    this.execs = execs;
  }

  /** Sizes are measured on disk, and many containers take their time. */
  boolean isQuick(ListQuery query) {
    return !query.sizes() && rooms.index().size() <= QUICK;
  }

  List<ContainerSnapshot> list(ListQuery query) {
    ListFilter filter = ListFilter.of(rooms, new Filters(query.filters()));
    List<Container> all = new ArrayList<>(rooms.index().all());
    all.sort(Comparator.comparing(Container::createdAt).reversed());
    Snapshots snapshots = new Snapshots(rooms, execs);
    List<Container> chosen = new ArrayList<>();
    boolean limited = query.limit() > 0;
    boolean stopped = query.all() || limited || filter.asksForState();
    for (Container container : all) {
      if (limited && chosen.size() == query.limit()) {
        break;
      }
      if ((stopped || container.running()) && filter.matches(container)) {
        chosen.add(container);
      }
    }
    // Measuring is most of the work then, so every core takes its share.
    return query.sizes()
        ? chosen.parallelStream().map(c -> snapshots.of(c, false, true)).toList()
        : chosen.stream().map(snapshots::listed).toList();
  }
}
