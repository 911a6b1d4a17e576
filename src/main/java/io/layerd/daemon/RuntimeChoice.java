package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Digest;
import io.layerd.runtime.ExtraRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A runtime the operator added.
 *
 * @param path of its program; empty if only a type is given
 * @param type of a containerd shim; empty for a program that works as runc does
 * @param arguments that go before all others
 */
record RuntimeChoice(String path, String type, List<String> arguments) {
  private static final String RUNC_SHIM = "io.containerd.runc.v2";
  private static final int EXECUTABLE = 0700;

  RuntimeChoice {
    arguments = List.copyOf(arguments);
  }

  /** By name. */
  static Map<String, RuntimeChoice> of(Given given) {
    Map<String, RuntimeChoice> all = new LinkedHashMap<>();
    for (String text : given.flags().getOrDefault("add-runtime", List.of())) {
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw Given.invalid("add-runtime", text, "invalid runtime argument: " + text);
      }
      String name = text.substring(0, equals).strip();
      if (name.equals("runc")) {
        throw Given.invalid("add-runtime", text, "runtime name 'runc' is reserved");
      }
      all.put(name, new RuntimeChoice(text.substring(equals + 1).strip(), "", List.of()));
    }
    JsonNode named = given.file().get("runtimes");
    if (named != null) {
      for (Map.Entry<String, JsonNode> one : named.properties()) {
        List<String> arguments = new ArrayList<>();
        one.getValue().path("runtimeArgs").forEach(argument -> arguments.add(argument.asText()));
        all.put(
            one.getKey(),
            new RuntimeChoice(
                one.getValue().path("path").asText(),
                one.getValue().path("runtimeType").asText(),
                arguments));
      }
    }
    return all;
  }

  /**
   * @throws StartupFailure in dockerd's words
   */
  void check(String name) {
    String problem =
        name.equals("runc")
            ? "runtime name 'runc' is reserved"
            : path.isEmpty() && type.isEmpty()
                ? "runtime " + name + ": either a runtimeType or a path must be configured"
                : !path.isEmpty() && !type.isEmpty()
                    ? "runtime "
                        + name
                        + ": cannot configure both path and runtimeType for the same runtime"
                    : path.isEmpty() && !arguments.isEmpty()
                        ? "runtime " + name + ": args cannot be used with a runtimeType runtime"
                        : "";
    if (!problem.isEmpty()) {
      throw new StartupFailure(problem);
    }
    if (path.isEmpty() && !type.equals(RUNC_SHIM)) {
      throw new StartupFailure(
          "layerd does not support runtime "
              + name
              + ": it starts no containerd shim ("
              + type
              + "), only programs that work as runc does");
    }
  }

  /** Another name for runc. */
  boolean isRunc() {
    return path.isEmpty();
  }

  /**
   * What is run for it: a runtime with arguments becomes a script, since conmon calls a program.
   *
   * @param scripts directory for such scripts, which keep their names over restarts
   */
  ExtraRuntime program(String name, Path scripts) {
    Path program = Path.of(path);
    if (arguments.isEmpty()) {
      return ExtraRuntime.of(program);
    }
    StringBuilder text = new StringBuilder("#!/bin/sh\nexec ").append(quoted(path));
    arguments.forEach(argument -> text.append(' ').append(quoted(argument)));
    byte[] content = text.append(" \"$@\"\n").toString().getBytes(StandardCharsets.UTF_8);
    String digest = Digest.of(content).hex().substring(0, 16);
    Path script = scripts.resolve(name.replace('/', '_') + "." + digest);
    try {
      AtomicFiles.host().createDirectories(scripts, EXECUTABLE);
      AtomicFiles.host().write(script, content, EXECUTABLE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + script + ": " + Reason.of(e), e);
    }
    return new ExtraRuntime(program, arguments, script);
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
