package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.Empty;
import io.layerd.spec.Signals;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that instructions change, one after the other. What an instruction says sees the
 * variables of the configuration, and those that are handed in besides.
 */
public final class ConfigEdit {
  private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");

  private final Substitution substitution;
  private ContainerConfig config;
  private boolean commandSet;

  /**
   * @param others values of variables that the configuration does not set, such as those of ARG
   */
  public ConfigEdit(ContainerConfig base, char escape, Substitution.Variables others) {
    config = base;
    substitution =
        new Substitution(
            escape,
            name -> {
              @Nullable String own = variable(name);
              return own == null ? others.find(name) : own;
            });
  }

  public ContainerConfig config() {
    return config;
  }

  /** A text with its variables replaced. */
  public String expand(String text) {
    return substitution.word(text);
  }

  /**
   * A text as it is shown: quotes stay.
   *
   * @param unset whether variables that nothing sets stay too
   */
  public String shown(String text, boolean unset) {
    return substitution.shown(text, unset);
  }

  /** Here-documents keep their quotes. */
  public String document(HereDoc document) {
    return document.expand() ? substitution.document(document.content()) : document.content();
  }

  /** What runs the shell form of an instruction. */
  public List<String> shell() {
    return config.shell() == null || config.shell().isEmpty() ? DEFAULT_SHELL : config.shell();
  }

  private @Nullable String variable(String name) {
    if (config.env() != null) {
      for (String each : config.env()) {
        if (nameOf(each).equals(name)) {
          return each.substring(Math.min(each.length(), name.length() + 1));
        }
      }
    }
    return null;
  }

  /**
   * Changes the configuration.
   *
   * @return what the history says of it: the instruction with its values
   * @throws InvalidParameter if a value makes no sense, in dockerd's words
   * @throws IllegalArgumentException for an instruction that changes more than a configuration
   */
  public String apply(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Cmd cmd -> command(cmd);
      case Instruction.Entrypoint entrypoint -> entrypoint(entrypoint);
      case Instruction.Env env -> env(env);
      case Instruction.Expose expose -> expose(expose);
      case Instruction.HealthCheck health -> {
        set("Healthcheck", health.config());
        yield "HEALTHCHECK " + HealthText.of(health.config());
      }
      case Instruction.Label label -> label(label);
      case Instruction.OnBuild trigger -> {
        List<String> triggers = new ArrayList<>(orEmpty(config.onBuild()));
        triggers.add(trigger.trigger());
        set("OnBuild", triggers);
        yield "ONBUILD " + trigger.trigger();
      }
      case Instruction.Shell shell -> {
        set("Shell", shell.words());
        yield "SHELL [" + String.join(" ", shell.words()) + "]";
      }
      case Instruction.StopSignal signal -> stopSignal(expand(signal.signal()));
      case Instruction.User user -> {
        String name = expand(user.user());
        set("User", name);
        yield "USER " + name;
      }
      case Instruction.Volume volume -> volume(volume);
      case Instruction.WorkDir directory -> workDir(expand(directory.path()));
      case Instruction.Arg _,
          Instruction.Copy _,
          Instruction.From _,
          Instruction.Maintainer _,
          Instruction.Run _ ->
          throw new IllegalArgumentException(instruction.source().text());
    };
  }

  private void set(String field, @Nullable Object value) {
    Map<String, Object> change = new LinkedHashMap<>();
    change.put(field, value);
    config = SpecJson.change(config, ContainerConfig.class, change);
  }

  /** A JSON array as it is; a line goes to the shell. */
  public List<String> words(Instruction.CommandLine command) {
    if (!command.shell()) {
      return command.words();
    }
    List<String> words = new ArrayList<>(shell());
    words.addAll(command.words().stream().filter(word -> !word.isEmpty()).toList());
    return words;
  }

  private String command(Instruction.Cmd cmd) {
    List<String> words = words(cmd.command());
    set("Cmd", words.isEmpty() ? null : words);
    commandSet |= !words.isEmpty();
    return "CMD " + quoted(words);
  }

  /** A command that came with the old entry point would make no sense with the new one. */
  private String entrypoint(Instruction.Entrypoint entrypoint) {
    boolean none = entrypoint.command().words().stream().allMatch(String::isEmpty);
    List<String> words = none ? List.of() : words(entrypoint.command());
    set("Entrypoint", words.isEmpty() ? null : words);
    if (!commandSet) {
      set("Cmd", null);
    }
    return "ENTRYPOINT " + quoted(words);
  }

  /** As Go's {@code %q} prints a list. */
  private static String quoted(List<String> words) {
    return "[" + String.join(" ", words.stream().map(Words::quote).toList()) + "]";
  }

  /** Values see the variables as they were before the instruction. */
  private String env(Instruction.Env instruction) {
    List<String> added =
        instruction.pairs().stream()
            .map(pair -> expand(pair.name()) + "=" + expand(valueOf(pair)))
            .toList();
    List<String> env = new ArrayList<>(orEmpty(config.env()));
    for (String variable : added) {
      int at = env.stream().map(ConfigEdit::nameOf).toList().indexOf(nameOf(variable));
      if (at < 0) {
        env.add(variable);
      } else {
        env.set(at, variable);
      }
    }
    set("Env", env);
    return "ENV " + String.join(" ", added);
  }

  private static String nameOf(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  private static String valueOf(Instruction.Pair pair) {
    return pair.value() == null ? "" : pair.value();
  }

  private String expose(Instruction.Expose expose) {
    Map<String, Empty> ports = new TreeMap<>(orEmpty(config.exposedPorts()));
    List<String> words = expose.ports().stream().flatMap(word -> split(word).stream()).toList();
    words.forEach(word -> ExposedPorts.of(word).forEach(port -> ports.put(port, Empty.VALUE)));
    set("ExposedPorts", ports);
    return "EXPOSE " + String.join(" ", words);
  }

  private List<String> split(String word) {
    return Words.plain(expand(word));
  }

  private String label(Instruction.Label label) {
    Map<String, String> labels = new TreeMap<>(orEmpty(config.labels()));
    List<String> said = new ArrayList<>();
    for (Instruction.Pair pair : label.pairs()) {
      String name = expand(pair.name());
      String value = expand(valueOf(pair));
      labels.put(name, value);
      said.add(name + "=" + value);
    }
    set("Labels", labels);
    return "LABEL " + String.join(" ", said);
  }

  private String stopSignal(String signal) {
    if (!Signals.known(signal)) {
      throw new InvalidParameter("invalid signal: " + signal);
    }
    set("StopSignal", signal);
    return "STOPSIGNAL " + signal;
  }

  private String volume(Instruction.Volume volume) {
    Map<String, Empty> volumes = new TreeMap<>(orEmpty(config.volumes()));
    List<String> paths = volume.paths().stream().map(path -> expand(path).strip()).toList();
    for (String path : paths) {
      if (path.isEmpty()) {
        throw new InvalidParameter("VOLUME specified can not be an empty string");
      }
      volumes.put(path, Empty.VALUE);
    }
    set("Volumes", volumes);
    return "VOLUME [" + String.join(" ", paths) + "]";
  }

  private String workDir(String path) {
    String directory = ImagePath.below(config.workingDir(), path);
    set("WorkingDir", directory);
    return "WORKDIR " + directory;
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }
}
