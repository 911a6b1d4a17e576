package io.layerd.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A runtime's complaint in the words dockerd has for it, whichever runtime it was. */
final class RuntimeFailure {
  private static final Pattern LOG_LINE = Pattern.compile("msg=(\"(?:[^\"\\\\]|\\\\.)*\")");
  private static final Pattern NOT_FOUND =
      Pattern.compile("executable file `?(.+?)`? not found(?: in \\$PATH)?(?::.*)?");
  private static final Pattern NOT_EXECUTABLE =
      Pattern.compile(
          "(?:the path `(.+)` exists but it is not executable|the path `(.+)` is not a regular"
              + " file|open executable|exec(?:ve)?(?: `?(.+?)`?)?): (?:Operation not permitted"
              + "|Permission denied)");
  private static final Pattern CHDIR = Pattern.compile("chdir(?: to)? `?(.+?)`?: (.+)");
  private static final Pattern CRIU_LOG = Pattern.compile("\\s+log file: \\S+");
  private static final String EXPECTED_TYPE =
      ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified"
          + " host path exists and is the expected type";

  private RuntimeFailure() {}

  static SystemFailure create(String message, String command) {
    return new SystemFailure(
        "failed to create task for container: failed to create shim task: OCI runtime create"
            + " failed: "
            + words(message, command, "runc create failed: "));
  }

  static SystemFailure start(String message, String command) {
    return new SystemFailure(
        "failed to start task for container: OCI runtime start failed: "
            + words(message, command, ""));
  }

  static SystemFailure exec(String message, String command) {
    return new SystemFailure(
        "OCI runtime exec failed: " + words(message, command, "exec failed: "));
  }

  /** What a runtime says that cannot restore a container, and criu's own reason. */
  static SystemFailure restore(String message, String reason) {
    return new SystemFailure("OCI runtime restore failed: " + message(message) + reason);
  }

  /** The message in what a runtime prints, without where criu's log was. */
  static String message(String output) {
    String text = output.strip();
    Matcher line = LOG_LINE.matcher(text);
    return CRIU_LOG.matcher(line.find() ? unquote(line.group(1)) : text).replaceAll("");
  }

  private static String words(String message, String command, String prefix) {
    String text = message(message);
    if (text.contains("unable to start container process") || text.contains("runc create failed")) {
      return text.contains(": not a directory") && !text.contains(EXPECTED_TYPE)
          ? text + EXPECTED_TYPE
          : text;
    }
    String start = prefix + "unable to start container process: ";
    Matcher notFound = NOT_FOUND.matcher(text);
    if (notFound.matches()) {
      String name = notFound.group(1);
      return start
          + "exec: \""
          + name
          + "\": "
          + (name.contains("/")
              ? "stat " + name + ": no such file or directory"
              : "executable file not found in $PATH");
    }
    Matcher notExecutable = NOT_EXECUTABLE.matcher(text);
    if (notExecutable.matches()) {
      return start + "exec: \"" + command + "\": permission denied";
    }
    Matcher chdir = CHDIR.matcher(text);
    if (chdir.matches()) {
      return start
          + "chdir to cwd (\""
          + chdir.group(1)
          + "\") set in config.json failed: "
          + lower(chdir.group(2));
    }
    return lower(text);
  }

  // crun speaks with the C library's capitals, which clients that look for words do not expect.
  private static String lower(String text) {
    return text.replace("No such file or directory", "no such file or directory")
        .replace("Permission denied", "permission denied")
        .replace("Not a directory", "not a directory" + EXPECTED_TYPE);
  }

  private static String unquote(String quoted) {
    try {
      return SpecJson.MAPPER.readValue(quoted, String.class);
    } catch (JsonProcessingException e) {
      return quoted;
    }
  }
}
