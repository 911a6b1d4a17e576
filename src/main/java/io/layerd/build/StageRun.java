package io.layerd.build;

import io.layerd.build.BuildReport.StepTitle;
import io.layerd.build.StageSources.Origin;
import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Source;
import io.layerd.dockerfile.Substitution;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One stage, from its FROM to its end. Used once, by one thread. */
final class StageRun {
  private static final String SCRATCH = "scratch";
  private static final String WHOLE_CONTEXT = "COPY . /";

  private final StageSetting setting;
  private final BuildReport report;
  private final BuildArgs args;
  private final Substitution globals;
  private final StageSources sources;
  private final KeptContainers containers;
  private final StepImages steps;
  private final StepCache cache;
  private final CopyStep copies;
  private final RunStep runs;
  private final WorkDirStep workDirs;
  private int step;

  StageRun(StageSetting setting, FinishedStages finished, BuildReport report) {
    this.setting = setting;
    this.report = report;
    Tools tools = setting.tools();
    BuildRequest request = setting.request();
    args = setting.args().ofStage();
    globals = new Substitution(setting.file().escape(), args::findGlobal);
    sources =
        new StageSources(finished, setting.files(), setting.number(), request.platform(), report);
    containers = new KeptContainers(tools.containers(), request, report);
    steps = new StepImages(tools.images(), tools.layers(), tools.version());
    List<String> from = setting.kit() ? List.of() : request.cacheFrom();
    cache = new StepCache(tools, steps, from, setting.imported(), report);
    CopySources found = new CopySources(tools.sys(), report, setting.kit(), setting.cancel());
    copies = new CopyStep(tools, steps, cache, found, setting.kit());
    StepMounts.Sources mounts =
        new StepMounts.Sources(tools, request, setting.files(), sources, setting.cancel());
    runs = new RunStep(tools, steps, cache, request, report, setting.cancel(), containers, mounts);
    workDirs = new WorkDirStep(tools, steps, cache, containers);
    step = setting.stepsBefore();
  }

  /** The containers that it leaves. */
  KeptContainers containers() {
    return containers;
  }

  private void announce(Source source, String title, int inStage, int ofStage) {
    setting.cancel().check();
    step++;
    report.begin(
        new StepTitle(
            step,
            setting.stepCount(),
            setting.kit() ? title + summary(source) : title,
            source.line(),
            setting.number(),
            setting.stage().from().name(),
            setting.stageCount(),
            inStage,
            ofStage));
  }

  /** How a here-document that is run begins. */
  private static String summary(Source source) {
    if (source.hereDocs().size() != 1 || !source.text().regionMatches(true, 0, "RUN", 0, 3)) {
      return "";
    }
    String[] lines = source.hereDocs().getFirst().content().strip().split("\n", 2);
    return " (" + lines[0] + (lines.length > 1 ? "..." : "") + ")";
  }

  private static boolean makesFiles(Instruction instruction) {
    return instruction instanceof Instruction.Run
        || instruction instanceof Instruction.Copy
        || instruction instanceof Instruction.WorkDir;
  }

  /**
   * @throws RunStep.NonZero if a program failed
   */
  StageResult run() throws RunStep.NonZero, InterruptedException {
    Dockerfile.Stage stage = setting.stage();
    String base = globals.word(stage.from().base());
    boolean onStage = sources.stage(base) >= 0;
    boolean replaced = setting.files().replaces(stage.from().name());
    boolean nothing = onStage || base.equals(SCRATCH);
    int in = setting.kit() && nothing && !replaced ? 0 : 1;
    int of = in + (int) stage.instructions().stream().filter(StageRun::makesFiles).count();
    announce(
        stage.from().source(),
        setting.kit()
            ? globals.shown(stage.from().source().text(), true)
            : stage.from().source().text(),
        in,
        of);
    Stage state = from(stage.from(), replaced);
    made(state);
    if (!replaced) {
      triggers(state);
      for (Instruction instruction : stage.instructions()) {
        boolean shown = makesFiles(instruction);
        in += shown ? 1 : 0;
        String text = instruction.source().text();
        state.undefined(_ -> {});
        String title =
            shown && setting.kit()
                ? state.edit().shown(text, instruction instanceof Instruction.Run)
                : text;
        announce(instruction.source(), title, shown ? in : 0, of);
        listen(state, instruction);
        instruction(state, instruction);
      }
      state.undefined(_ -> {});
    }
    if (setting.last()) {
      for (Map.Entry<String, String> label : new TreeMap<>(setting.request().labels()).entrySet()) {
        String text = "LABEL " + label.getKey() + "=" + label.getValue();
        announce(new Source(0, text, List.of()), text, 0, of);
        label(state, label.getKey(), label.getValue());
      }
    }
    return state.result();
  }

  /** Names of ports and persons may be anything. */
  private void listen(Stage state, Instruction instruction) {
    boolean checked =
        !(instruction instanceof Instruction.Expose)
            && !(instruction instanceof Instruction.Maintainer);
    int line = instruction.source().line();
    state.undefined(
        name -> {
          if (checked) {
            report.undefined(name, state.variables(), line);
          }
        });
  }

  private void made(Stage state) {
    Image image = state.image();
    report.made(image == null ? null : image.id());
  }

  private void label(Stage state, String name, String value) {
    Map<String, String> labels = new TreeMap<>();
    if (state.config().labels() != null) {
      labels.putAll(state.config().labels());
    }
    labels.put(name, value);
    state.config(StepImages.change(state.config(), Map.of("Labels", labels)));
    commit(state, "LABEL " + name + "=" + value);
    made(state);
  }

  private Stage from(Instruction.From from, boolean replaced) throws InterruptedException {
    String base = globals.word(from.base());
    if (base.isEmpty()) {
      throw new InvalidParameter("base name (" + from.base() + ") should not be blank");
    }
    String platformText = globals.word(from.platform());
    Platform wanted =
        platformText.isEmpty() ? setting.request().platform() : PlatformNames.parse(platformText);
    if (replaced) {
      return on(sources.base(from.name(), wanted), wanted);
    }
    int before = sources.stage(base);
    if (before >= 0) {
      StageResult below = sources.result(before);
      return stage(below.image(), wanted, below);
    }
    return base.equals(SCRATCH)
        ? stage(null, wanted, null)
        : on(sources.base(base, wanted), wanted);
  }

  private Stage on(Origin origin, @Nullable Platform wanted) {
    switch (origin) {
      case Origin.OfImage image -> {
        return stage(image.image(), wanted, null);
      }
      case Origin.OfFiles directory -> {
        Stage state = stage(null, wanted, null);
        Instruction.Copy copy = (Instruction.Copy) DockerfileParser.trigger(WHOLE_CONTEXT);
        copies.run(state, copy, directory.root(), true, setting.files().scratch());
        return state;
      }
    }
  }

  private Stage stage(
      @Nullable Image image, @Nullable Platform wanted, @Nullable StageResult below) {
    ContainerConfig config =
        image == null
            ? SpecJson.read(SpecJson.MAPPER.createObjectNode(), ContainerConfig.class)
            : image.config();
    Platform platform =
        image == null ? (wanted == null ? Platform.host() : wanted) : image.platform();
    return new Stage(
        image,
        Stage.withPath(config),
        platform,
        setting.file().escape(),
        args,
        new BuildCache(setting.tools().images(), setting.uncached()),
        setting.kit(),
        below);
  }

  private void triggers(Stage state) throws RunStep.NonZero, InterruptedException {
    List<String> triggers = state.config().onBuild();
    if (triggers == null || triggers.isEmpty()) {
      return;
    }
    report.triggers(triggers.size());
    Map<String, Object> none = new HashMap<>();
    none.put("OnBuild", null);
    state.config(StepImages.change(state.config(), none));
    for (String trigger : triggers) {
      instruction(state, DockerfileParser.trigger(trigger));
    }
  }

  private void instruction(Stage state, Instruction instruction)
      throws RunStep.NonZero, InterruptedException {
    switch (instruction) {
      case Instruction.Run run -> runs.run(state, run);
      case Instruction.Copy copy -> copy(state, copy);
      case Instruction.Arg arg -> arg(state, arg);
      case Instruction.Maintainer maintainer -> {
        state.author(state.edit().expand(maintainer.name()));
        commit(state, "MAINTAINER " + state.author());
      }
      case Instruction.WorkDir directory -> workDirs.run(state, directory);
      case Instruction.From _ -> throw new InvalidParameter("FROM isn't allowed here");
      default -> commit(state, state.edit().apply(instruction));
    }
    made(state);
  }

  private void arg(Stage state, Instruction.Arg arg) {
    ConfigEdit edit = state.edit();
    for (Instruction.Pair pair : arg.pairs()) {
      String value = pair.value() == null ? null : edit.expand(pair.value());
      args.declare(edit.expand(pair.name()), value);
    }
    commit(state, arg.source().text());
  }

  private void commit(Stage state, String said) {
    ContainerConfig command = state.nop("#(nop) ", said);
    state.line(said);
    if (!cache.spares(state, command)) {
      String container = containers.keepFor(state, command);
      state.image(steps.keep(state.image(), state.platform(), state.step(command, container)));
    }
  }

  private void copy(Stage state, Instruction.Copy copy) throws InterruptedException {
    Path scratch = setting.files().scratch();
    String from = copy.flags().from();
    if (from.isEmpty()) {
      Path root = copy.sources().isEmpty() ? scratch : setting.files().context();
      copies.run(state, copy, root, false, scratch);
      return;
    }
    switch (sources.from(state.edit().expand(from))) {
      case Origin.OfFiles directory -> copies.run(state, copy, directory.root(), true, scratch);
      case Origin.OfImage source -> {
        ChainId chain = source.image() == null ? null : source.image().chainId();
        try (WorkLayer layers = WorkLayer.open(setting.tools().layers(), chain)) {
          copies.run(state, copy, layers.root(), true, scratch);
        }
      }
    }
  }
}
