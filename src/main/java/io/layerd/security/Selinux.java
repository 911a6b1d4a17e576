package io.layerd.security;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * SELinux labels of containers: made when one is created, with categories that no other has, which
 * are free again when it is removed. Where it is off every label is empty and nothing is looked at.
 */
public final class Selinux {
  /** Whom a container's files belong to that has no label itself. */
  private static final String OF_PRIVILEGED =
      "s0:c" + (Categories.COUNT - 2) + ",c" + (Categories.COUNT - 1);

  private static final List<String> NAMES = List.of("type", "filetype", "user", "role", "level");

  private final boolean enabled;
  private final SelinuxPolicy policy;
  private final Categories categories = new Categories();
  private final Relabel relabel;

  private Selinux(boolean enabled, SelinuxPolicy policy, Relabel relabel) {
    this.enabled = enabled;
    this.policy = policy;
    this.relabel = relabel;
    var reserved = categories.reserve(OF_PRIVILEGED);
  }

  /** No labels. */
  public static Selinux off() {
    return new Selinux(false, new SelinuxPolicy("", ""), new Relabel(Sys.host()));
  }

  /**
   * With the labels of the host's policy, if it has one.
   *
   * @param root where /sys, /proc and /etc are
   */
  public static Selinux of(Path root) {
    return of(root, Sys.host());
  }

  static Selinux of(Path root, Sys sys) {
    return SelinuxPolicy.active(root)
        ? new Selinux(true, SelinuxPolicy.read(root), new Relabel(sys))
        : off();
  }

  public boolean enabled() {
    return enabled;
  }

  /**
   * The labels of a new container; {@link #release} gives them back.
   *
   * @param options what was said after {@code label=}: {@code disable}, {@code type:x}, ...
   * @throws SystemFailure in dockerd's words
   */
  public Labels take(List<String> options) {
    if (!enabled || policy.file().isEmpty()) {
      return Labels.NONE;
    }
    SelinuxContext file = SelinuxContext.parse(policy.file());
    if (policy.process().isEmpty()) {
      return new Labels("", policy.file());
    }
    SelinuxContext process = SelinuxContext.parse(policy.process());
    for (String option : options) {
      if (option.equals("disable")) {
        return new Labels("", file.withLevel(OF_PRIVILEGED).toString());
      }
      check(option);
    }
    boolean multilevel = !process.level().isEmpty();
    String own = multilevel ? categories.take() : "";
    if (multilevel) {
      process = process.withLevel(own);
      file = file.withLevel(own);
    }
    for (String option : options) {
      int colon = option.indexOf(':');
      String value = option.substring(colon + 1);
      switch (option.substring(0, colon)) {
        case "type" -> process = process.withType(value);
        case "role" -> process = process.withRole(value);
        case "filetype" -> file = file.withType(value);
        case "user" -> {
          process = process.withUser(value);
          file = file.withUser(value);
        }
        default -> {
          process = process.withLevel(value);
          file = file.withLevel(value);
        }
      }
    }
    if (!process.level().equals(own)) {
      categories.release(own);
      var shared = categories.reserve(process.level());
    }
    return new Labels(process.toString(), file.toString());
  }

  private static void check(String option) {
    int colon = option.indexOf(':');
    if (colon < 0 || !NAMES.contains(option.substring(0, colon))) {
      throw new SystemFailure(
          "bad label option \""
              + option
              + "\", valid options 'disable' or \n"
              + "'user, role, level, type, filetype' followed by ':' and a value");
    }
  }

  /** A container that is there already holds its categories. */
  public void reserve(Labels labels) {
    if (enabled && !labels.process().isEmpty()) {
      var unused = categories.reserve(SelinuxContext.parse(labels.process()).level());
    }
  }

  /** A container's labels, which a host without SELinux would not understand. */
  public Labels applied(Labels labels) {
    return enabled ? labels : Labels.NONE;
  }

  /** A container is gone. */
  public void release(Labels labels) {
    if (enabled && !labels.process().isEmpty()) {
      categories.release(SelinuxContext.parse(labels.process()).level());
    }
  }

  /** The options that give a container another's label; none if the other has no label. */
  public static List<String> likeThatOf(String processLabel) {
    if (processLabel.isEmpty()) {
      return List.of();
    }
    SelinuxContext context = SelinuxContext.parse(processLabel);
    List<String> same =
        List.of("user:" + context.user(), "role:" + context.role(), "type:" + context.type());
    if (context.level().isEmpty()) {
      return same;
    }
    return List.of(same.get(0), same.get(1), same.get(2), "level:" + context.level());
  }

  /**
   * Gives a file or a directory with all in it to a container.
   *
   * @param shared whether other containers may use it too
   * @throws SystemFailure in dockerd's words
   */
  public void relabel(Path path, String mountLabel, boolean shared) {
    if (!enabled || mountLabel.isEmpty()) {
      return;
    }
    SelinuxContext label = SelinuxContext.parse(mountLabel);
    Path real = path;
    try {
      real = path.toRealPath();
      relabel.all(real, (shared ? label.withLevel("s0") : label).toString());
    } catch (IOException e) {
      throw new SystemFailure(
          "error setting label on mount source '" + real + "': " + e.getMessage(), e);
    }
  }

  /** The data of a mount whose files shall have a label. */
  public static String mountData(String data, String mountLabel) {
    if (mountLabel.isEmpty()) {
      return data;
    }
    String context = "context=\"" + mountLabel + "\"";
    return data.isEmpty() ? context : data + "," + context;
  }
}
