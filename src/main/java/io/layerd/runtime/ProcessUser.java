package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a process runs as.
 *
 * @param groups supplementary groups, the main one first
 */
record ProcessUser(int uid, int gid, List<Integer> groups) {
  private static final String OUT_OF_RANGE = "uids and gids must be in range 0-2147483647";

  ProcessUser {
    groups = List.copyOf(groups);
  }

  /**
   * The environment with {@code HOME=/} for a user without an entry in the passwd file, who would
   * have none with crun before 1.9; the runtime adds the others'.
   *
   * @param spec as for {@link #resolve}
   */
  static List<String> withHome(List<String> env, String spec, UserFiles files) {
    String user = spec.replaceFirst(":.*", "");
    if (env.stream().anyMatch(variable -> variable.startsWith("HOME="))
        || files.findUser(user.isEmpty() ? "0" : user) != null) {
      return env;
    }
    List<String> more = new ArrayList<>(env);
    more.add("HOME=/");
    return more;
  }

  /**
   * Resolves {@code user}, {@code user:group} or {@code :group}, names or numbers, against the
   * files of a container. Numbers need no entry.
   *
   * @throws SystemFailure {@code unable to find user X: no matching entries in passwd file}
   */
  static ProcessUser resolve(String spec, List<String> groupAdd, UserFiles files) {
    int colon = spec.indexOf(':');
    String user = colon < 0 ? spec : spec.substring(0, colon);
    String group = colon < 0 ? "" : spec.substring(colon + 1);
    int uid = 0;
    int gid = 0;
    String name = null;
    UserFiles.User entry = files.findUser(user.isEmpty() ? "0" : user);
    if (entry != null) {
      uid = entry.uid();
      gid = entry.gid();
      name = entry.name();
    } else if (!user.isEmpty()) {
      Integer number = number(user);
      if (number == null) {
        throw new SystemFailure(
            "unable to find user " + user + ": no matching entries in passwd file");
      }
      uid = number;
    }
    LinkedHashSet<Integer> groups = new LinkedHashSet<>();
    if (!group.isEmpty()) {
      gid = group(group, files);
      groups.add(gid);
    } else {
      groups.add(gid);
      if (name != null) {
        groups.addAll(files.groupsOf(name));
      }
    }
    for (String added : groupAdd) {
      groups.add(group(added, files));
    }
    return new ProcessUser(uid, gid, new ArrayList<>(groups));
  }

  private static int group(String group, UserFiles files) {
    Integer gid = files.findGroup(group);
    if (gid == null) {
      gid = number(group);
    }
    if (gid == null) {
      throw new SystemFailure(
          "unable to find group " + group + ": no matching entries in group file");
    }
    return gid;
  }

  private static @Nullable Integer number(String text) {
    String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // too large: the same answer as for a negative number
    }
    throw new SystemFailure(OUT_OF_RANGE);
  }

  /** The runtime-spec's {@code process.user}. */
  ObjectNode toSpec() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("uid", uid).put("gid", gid);
    ArrayNode additional = node.putArray("additionalGids");
    groups.forEach(additional::add);
    return node;
  }
}
