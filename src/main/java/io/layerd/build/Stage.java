package io.layerd.build;

import io.layerd.dockerfile.ConfigEdit;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a stage stands: the image so far, its configuration, and what its steps may find. */
final class Stage {
  private static final String DEFAULT_PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final BuildArgs args;
  private final char escape;
  private final Platform platform;
  private final BuildCache cache;
  private final List<BuiltStep> steps = new ArrayList<>();
  private final @Nullable Image base;
  private @Nullable Image image;
  private @Nullable Digest coming;
  private Digest key;
  private ConfigEdit edit;
  private final boolean kit;
  private String author = "";
  private String line = "";
  private Consumer<String> undefined = _ -> {};

  Stage(
      @Nullable Image base,
      ContainerConfig config,
      Platform platform,
      char escape,
      BuildArgs args,
      BuildCache cache,
      boolean kit,
      @Nullable StageResult below) {
    this.base = base;
    this.image = base;
    this.key = below == null ? StepKey.base(base, platform) : below.key();
    this.steps.addAll(below == null ? List.of() : below.steps());
    this.platform = platform;
    this.escape = escape;
    this.args = args;
    this.cache = cache;
    this.kit = kit;
    edit = new ConfigEdit(config, escape, this::find);
    if (base != null) {
      author = base.author();
    }
  }

  /** Who hears of variables that nothing sets, from now on. */
  void undefined(Consumer<String> hears) {
    undefined = hears;
  }

  private @Nullable String find(String name) {
    String value = args.find(name);
    if (value == null && !args.isDeclared(name)) {
      undefined.accept(name);
    }
    return value;
  }

  /** Names of variables that instructions may use. */
  List<String> variables() {
    List<String> names = new ArrayList<>(args.declared().keySet());
    List<String> env = config().env();
    if (env != null) {
      env.forEach(variable -> names.add(variable.split("=", 2)[0]));
    }
    return names;
  }

  /** A configuration with a search path, if it had none. */
  static ContainerConfig withPath(ContainerConfig config) {
    List<String> env = config.env() == null ? List.of() : config.env();
    if (env.stream().anyMatch(variable -> variable.startsWith("PATH="))) {
      return config;
    }
    List<String> more = new ArrayList<>(env);
    more.add(DEFAULT_PATH);
    return StepImages.change(config, Map.of("Env", more));
  }

  /** Null while there is nothing: {@code FROM scratch}. */
  @Nullable Image image() {
    return image;
  }

  /** The step that was named last made an image. */
  void image(Image next) {
    Digest named = coming;
    if (named != null) {
      int before = image == null ? 0 : image.diffIds().size();
      boolean more = next.diffIds().size() > before;
      steps.add(new BuiltStep(named, key, more ? next.chainId() : null));
      key = named;
      coming = null;
    }
    image = next;
  }

  /** Names the step that comes, by its command. */
  Digest name(ContainerConfig command) {
    Digest named = StepKey.next(key, platform, command);
    coming = named;
    return named;
  }

  StageResult result() {
    return new StageResult(image, base, key, steps);
  }

  ConfigEdit edit() {
    return edit;
  }

  ContainerConfig config() {
    return edit.config();
  }

  /** Takes up a configuration that no instruction made. */
  void config(ContainerConfig config) {
    edit = new ConfigEdit(config, escape, this::find);
  }

  BuildArgs args() {
    return args;
  }

  BuildCache cache() {
    return cache;
  }

  Platform platform() {
    return platform;
  }

  String author() {
    return author;
  }

  void author(String name) {
    author = name;
  }

  /** The instruction that comes now, as BuildKit's history shows it. */
  void line(String text) {
    line = text;
  }

  /** What a step did that ran no container. */
  StepImages.Step step(ContainerConfig command) {
    return step(command, "");
  }

  StepImages.Step step(ContainerConfig command, String container) {
    return new StepImages.Step(config(), command, author, container, kit ? line : null);
  }

  /** The command of a step that runs nothing: {@code /bin/sh -c #(nop) ...}. */
  ContainerConfig nop(String... said) {
    List<String> command = new ArrayList<>(edit.shell());
    command.addAll(List.of(said));
    return StepImages.change(config(), Map.of("Cmd", command));
  }

  /** Values of ARG that the configuration does not hide, by name. */
  Map<String, String> visibleArgs() {
    Map<String, String> visible = new TreeMap<>(args.declared());
    List<String> env = config().env();
    if (env != null) {
      env.forEach(variable -> visible.remove(variable.split("=", 2)[0]));
    }
    return visible;
  }
}
