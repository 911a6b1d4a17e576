package io.layerd.security;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * AppArmor profiles of containers: {@value #DEFAULT} for one that asks for none, loaded when it is
 * not. What the host has is found out once.
 */
public final class AppArmor {
  public static final String DEFAULT = "docker-default";
  public static final String UNCONFINED = "unconfined";

  /** Gives the kernel a profile's text, with a program of the host. */
  public interface Loader {
    /**
     * @throws SystemFailure with what the program said
     */
    void load(String name, String text);
  }

  private final Path root;
  private final Loader loader;
  private final boolean inKernel;
  private final boolean applies;

  private AppArmor(Path root, Loader loader, boolean inKernel, boolean applies) {
    this.root = root;
    this.loader = loader;
    this.inKernel = inKernel;
    this.applies = applies;
  }

  /**
   * @param root where /sys, /proc and /etc are
   */
  public static AppArmor of(Path root, Loader loader) {
    boolean inKernel = Files.exists(root.resolve("sys/kernel/security/apparmor"));
    return new AppArmor(root, loader, inKernel, inKernel && enabled(root));
  }

  private static boolean enabled(Path root) {
    try {
      return Files.readString(root.resolve("sys/module/apparmor/parameters/enabled"))
          .startsWith("Y");
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether {@code docker info} names it and inspect shows profiles. */
  public boolean inKernel() {
    return inKernel;
  }

  /**
   * The profile that inspect shows of a container that starts; empty without AppArmor. Of a
   * privileged one it says {@value #UNCONFINED} even where another was asked for and applies.
   *
   * @param asked of {@code --security-opt}; null or empty for none
   */
  public String shown(@Nullable String asked, boolean privileged) {
    if (!inKernel) {
      return "";
    }
    return privileged ? UNCONFINED : chosen(asked, false);
  }

  /**
   * The profile that a container's processes get, loaded if it is ours; empty without AppArmor.
   *
   * @throws SystemFailure if it cannot be loaded
   */
  public String applied(@Nullable String asked, boolean privileged) {
    if (!applies) {
      return "";
    }
    String profile = chosen(asked, privileged);
    ensure(profile);
    return profile;
  }

  private static String chosen(@Nullable String asked, boolean privileged) {
    if (asked != null && !asked.isEmpty()) {
      return asked;
    }
    return privileged ? UNCONFINED : DEFAULT;
  }

  /**
   * Loads a profile if it is ours and the kernel does not have it: other programs take profiles
   * away.
   *
   * @throws SystemFailure if it cannot be loaded
   */
  public void ensure(String profile) {
    if (!applies || !profile.equals(DEFAULT)) {
      return;
    }
    try {
      if (!loaded()) {
        loader.load(DEFAULT, DefaultProfile.text(root, ownProfile()));
      }
    } catch (IOException | SystemFailure e) {
      throw new SystemFailure(
          "AppArmor enabled on system but the "
              + DEFAULT
              + " profile could not be loaded: "
              + e.getMessage(),
          e);
    }
  }

  private boolean loaded() throws IOException {
    List<String> profiles =
        Files.readAllLines(
            root.resolve("sys/kernel/security/apparmor/profiles"), StandardCharsets.UTF_8);
    return profiles.stream().anyMatch(line -> line.startsWith(DEFAULT + " "));
  }

  /** What this process is confined by; those who may signal containers are named in the profile. */
  private String ownProfile() {
    try {
      String current = Files.readString(root.resolve("proc/self/attr/current")).replace("\0", "");
      int mode = current.indexOf(" (");
      String name = (mode < 0 ? current : current.substring(0, mode)).strip();
      return name.isEmpty() ? UNCONFINED : name;
    } catch (IOException e) {
      return UNCONFINED;
    }
  }
}
