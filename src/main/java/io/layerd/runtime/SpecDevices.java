package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.spec.DeviceMapping;
import io.layerd.spec.DeviceRequest;
import io.layerd.spec.HostConfig;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The devices of a container and the device rules of its cgroup. */
final class SpecDevices {
  private static final Pattern RULE =
      Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");
  private static final String ALL_ACCESS = "rwm";

  /** zero, null, urandom, random, tty, console. */
  private static final int[][] ALWAYS = {{1, 5}, {1, 3}, {1, 9}, {1, 8}, {5, 0}, {5, 1}};

  private static final int[] FUSE = {10, 229};

  private final Sys sys;
  private final ArrayNode devices = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode rules = JsonNodeFactory.instance.arrayNode();

  SpecDevices(Sys sys, HostConfig host) {
    this.sys = sys;
    rules.addObject().put("allow", false).put("access", ALL_ACCESS);
    for (int[] device : ALWAYS) {
      rule(true, "c", device[0], device[1], ALL_ACCESS);
    }
    rule(false, "c", FUSE[0], FUSE[1], ALL_ACCESS);
    List<DeviceMapping> mappings = host.devices() == null ? List.of() : host.devices();
    if (host.privileged()) {
      privileged(mappings);
    } else {
      mappings.forEach(this::add);
    }
    for (String rule :
        host.deviceCgroupRules() == null ? List.<String>of() : host.deviceCgroupRules()) {
      add(rule);
    }
    refuse(host.deviceRequests() == null ? List.of() : host.deviceRequests());
  }

  ArrayNode devices() {
    return devices;
  }

  ArrayNode rules() {
    return rules;
  }

  private void privileged(List<DeviceMapping> mappings) {
    Set<String> paths = new HashSet<>();
    try {
      for (Device device : Device.below(sys, "/dev", "/dev")) {
        paths.add(device.path());
        devices.add(device.toSpec());
      }
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot list the devices of the host: " + e.getMessage(), e);
    }
    for (DeviceMapping mapping : mappings) {
      if (!paths.contains(mapping.pathInContainer())) {
        gather(mapping).forEach(device -> devices.add(device.toSpec()));
      }
    }
    rules.addObject().put("allow", true).put("access", ALL_ACCESS);
  }

  private void add(DeviceMapping mapping) {
    String access =
        mapping.cgroupPermissions().isEmpty() ? ALL_ACCESS : mapping.cgroupPermissions();
    for (Device device : gather(mapping)) {
      devices.add(device.toSpec());
      rule(true, device.type(), device.major(), device.minor(), access);
    }
  }

  // One device, or all of a directory.
  private List<Device> gather(DeviceMapping mapping) {
    String given = mapping.pathOnHost();
    String inContainer = mapping.pathInContainer().isEmpty() ? given : mapping.pathInContainer();
    try {
      String onHost = Path.of(given).toRealPath().toString();
      Stat stat = sys.lstatat(Sys.AT_FDCWD, onHost.getBytes(StandardCharsets.UTF_8));
      List<Device> found = List.of();
      if (stat.isDirectory()) {
        found = Device.below(sys, onHost, inContainer);
      } else {
        Device device = Device.at(sys, onHost, inContainer);
        found = device == null ? found : List.of(device);
      }
      if (!found.isEmpty()) {
        return found;
      }
    } catch (NoSuchFileException e) {
      throw failure(given, "no such file or directory");
    } catch (IOException e) {
      throw failure(given, String.valueOf(e.getMessage()));
    }
    throw failure(given, "not a device node");
  }

  private static SystemFailure failure(String path, String reason) {
    return new SystemFailure(
        "error gathering device information while adding custom device \""
            + path
            + "\": "
            + reason);
  }

  private void add(String rule) {
    Matcher matcher = RULE.matcher(rule);
    if (!matcher.matches()) {
      throw new SystemFailure("invalid device cgroup rule format: '" + rule + "'");
    }
    rule(
        true,
        matcher.group(1),
        number(matcher.group(2), rule),
        number(matcher.group(3), rule),
        matcher.group(4));
  }

  private static long number(String text, String rule) {
    if (text.equals("*")) {
      return -1;
    }
    if (text.length() > 10) {
      throw new SystemFailure("invalid device cgroup rule format: '" + rule + "'");
    }
    return Long.parseLong(text);
  }

  private void rule(boolean allow, String type, long major, long minor, String access) {
    ObjectNode node = rules.addObject().put("allow", allow).put("type", type);
    if (major >= 0) { // absent means all: crun takes no other word for it
      node.put("major", major);
    }
    if (minor >= 0) {
      node.put("minor", minor);
    }
    node.put("access", access);
  }

  private static void refuse(List<DeviceRequest> requests) {
    for (DeviceRequest request : requests) {
      if (request.driver().equals("cdi")) {
        List<String> names = request.deviceIDs() == null ? List.of() : request.deviceIDs();
        throw new SystemFailure(
            "CDI device injection failed: unresolvable CDI devices " + String.join(", ", names));
      }
      StringBuilder capabilities = new StringBuilder("[");
      for (List<String> set :
          request.capabilities() == null ? List.<List<String>>of() : request.capabilities()) {
        capabilities.append(capabilities.length() > 1 ? " " : "");
        capabilities.append('[').append(String.join(" ", set)).append(']');
      }
      throw new SystemFailure(
          "could not select device driver \""
              + request.driver()
              + "\" with capabilities: "
              + capabilities
              + "]");
    }
  }
}
