package io.layerd.sys;

import java.util.List;

/**
 * Which ids of the host stand for those of containers, as user_namespaces(7) has it: the first id
 * of a range inside, the first outside, and how many. Without ranges the ids are the same.
 */
public record IdMappings(List<Range> uids, List<Range> gids) {
  /** Ids are the host's. */
  public static final IdMappings NONE = new IdMappings(List.of(), List.of());

  /** {@code size} ids from {@code inside} on are those from {@code outside} on. */
  public record Range(long inside, long outside, long size) {
    /** The file's own three columns. */
    String line() {
      return inside + " " + outside + " " + size + "\n";
    }
  }

  public IdMappings {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  public boolean isNone() {
    return uids.isEmpty() && gids.isEmpty();
  }

  /** The kernel that files of containers are seen through. */
  public Sys on(Sys host) {
    return isNone() ? host : new MappedSys(host, this);
  }

  /** What root in a container is outside. */
  public int rootUid() {
    return isNone() ? 0 : (int) outside(uids, 0);
  }

  /** What root's group in a container is outside. */
  public int rootGid() {
    return isNone() ? 0 : (int) outside(gids, 0);
  }

  /** What a user in a container is outside; -1 if none stands for it. */
  public int outsideUid(int uid) {
    return isNone() ? uid : (int) outside(uids, uid);
  }

  /** What a tmpfs that is mounted outside is told, so that root inside has it. */
  public String tmpfsOwner() {
    return isNone() ? "" : ",uid=" + rootUid() + ",gid=" + rootGid();
  }

  /** -1 if none stands for it. */
  static long outside(List<Range> ranges, int id) {
    long wanted = Integer.toUnsignedLong(id);
    for (Range range : ranges) {
      if (wanted >= range.inside() && wanted < range.inside() + range.size()) {
        return range.outside() + wanted - range.inside();
      }
    }
    return -1;
  }

  /** One that no range has stays what it is: a file of the host's own. */
  static int inside(List<Range> ranges, int id) {
    long wanted = Integer.toUnsignedLong(id);
    for (Range range : ranges) {
      if (wanted >= range.outside() && wanted < range.outside() + range.size()) {
        return (int) (range.inside() + wanted - range.outside());
      }
    }
    return id;
  }

  /** The content of {@code /proc/<pid>/uid_map}. */
  public String uidMap() {
    return lines(uids);
  }

  /** The content of {@code /proc/<pid>/gid_map}. */
  public String gidMap() {
    return lines(gids);
  }

  private static String lines(List<Range> ranges) {
    StringBuilder text = new StringBuilder();
    ranges.forEach(range -> text.append(range.line()));
    return text.toString();
  }
}
