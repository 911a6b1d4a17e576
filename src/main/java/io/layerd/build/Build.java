package io.layerd.build;

import io.layerd.build.BuildReport.StepTitle;
import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Source;
import io.layerd.dockerfile.Substitution;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** One run through a Dockerfile. */
final class Build {
  private static final String SCRATCH = "scratch";

  private final Tools tools;
  private final BuildRequest request;
  private final Dockerfile file;
  private final BuildFiles files;
  private final BuildReport report;
  private final Cancellation cancellation;
  private final boolean kit;
  private final BuildArgs args;
  private final StepImages steps;
  private final StepCache cache;
  private final CopyStep copies;
  private final RunStep runs;
  private final WorkDirStep workDirs;
  private final FinishedStages finished;
  private final KeptContainers containers;
  private int step;
  private int stepCount;
  private int stageCount;

  Build(
      Tools tools,
      BuildRequest request,
      Dockerfile file,
      BuildFiles files,
      BuildReport report,
      Cancellation cancellation) {
    this.tools = tools;
    this.request = request;
    this.file = file;
    this.files = files;
    this.report = report;
    this.cancellation = cancellation;
    kit = request.client() != null;
    args = new BuildArgs(request.buildArgs(), PlatformNames.args(request.platform()));
    finished = new FinishedStages(new BaseImages(tools, request, report, cancellation));
    steps = new StepImages(tools.images(), tools.layers(), tools.version());
    cache = new StepCache(tools.images(), steps, kit ? List.of() : request.cacheFrom(), report);
    containers = new KeptContainers(tools.containers(), request, report);
    copies = new CopyStep(tools, steps, cache, report, kit);
    StepMounts.Sources sources = new StepMounts.Sources(tools, request, files, finished);
    runs = new RunStep(tools, steps, cache, request, report, cancellation, containers, sources);
    workDirs = new WorkDirStep(tools, steps, cache, containers);
  }

  /**
   * @return the last stage's image; null if there is nothing in it
   * @throws RunStep.NonZero if a program failed
   */
  @Nullable Image run() throws RunStep.NonZero, InterruptedException {
    boolean whole = false;
    try {
      Image result = stages();
      whole = true;
      return result;
    } finally {
      containers.end(whole);
    }
  }

  private @Nullable Image stages() throws RunStep.NonZero, InterruptedException {
    int last = target();
    List<Dockerfile.Stage> stages = file.stages().subList(0, last + 1);
    file.warnings().forEach(report::warn);
    stepCount =
        file.globalArgs().size()
            + request.labels().size()
            + stages.stream().mapToInt(stage -> 1 + stage.instructions().size()).sum();
    for (Instruction.Arg arg : file.globalArgs()) {
      if (!kit) {
        announce(arg.source(), 0, "", 0, 0);
      }
      Substitution values = new Substitution(file.escape(), args::findGlobal);
      arg.pairs()
          .forEach(
              pair -> args.declareGlobal(values.word(pair.name()), word(values, pair.value())));
    }
    Substitution values = new Substitution(file.escape(), args::findGlobal);
    Set<Integer> needed = kit ? new NeededStages(stages).of(last, values) : Set.of();
    stageCount = kit ? needed.size() : stages.size();
    if (kit && NeededStages.useContext(stages, needed)) {
      var unused = files.context(); // before the first step, as clients expect
    }
    for (int i = 0; i <= last; i++) {
      Dockerfile.Stage stage = stages.get(i);
      boolean skip = kit && !needed.contains(i);
      finished.add(stage.from().name(), skip ? null : stage(stage, i, i == last));
    }
    warnOfUnused();
    return finished.last();
  }

  private static @Nullable String word(Substitution values, @Nullable String text) {
    return text == null ? null : values.word(text);
  }

  private int target() {
    String target = request.target().toLowerCase(Locale.ROOT);
    if (target.isEmpty()) {
      return file.stages().size() - 1;
    }
    for (int i = 0; i < file.stages().size(); i++) {
      if (file.stages().get(i).from().name().equals(target) || target.equals("" + i)) {
        return i;
      }
    }
    throw new InvalidParameter("target stage \"" + request.target() + "\" could not be found");
  }

  private void warnOfUnused() {
    List<String> unused = args.unused();
    if (!unused.isEmpty()) {
      report.unusedArgs(unused);
    }
  }

  private void announce(Source source, int stage, String stageName, int inStage, int ofStage) {
    if (cancellation.cancelled()) {
      throw new CancellationException("the client has gone");
    }
    step++;
    report.begin(
        new StepTitle(
            step,
            stepCount,
            source.text(),
            source.line(),
            stage,
            stageName,
            stageCount,
            inStage,
            ofStage));
  }

  private static boolean makesFiles(Instruction instruction) {
    return instruction instanceof Instruction.Run
        || instruction instanceof Instruction.Copy
        || instruction instanceof Instruction.WorkDir;
  }

  private @Nullable Image stage(Dockerfile.Stage stage, int number, boolean last)
      throws RunStep.NonZero, InterruptedException {
    String name = stage.from().name();
    Substitution values = new Substitution(file.escape(), args::findGlobal);
    int in = kit && finished.isStage(values.word(stage.from().base())) ? 0 : 1;
    int of = in + (int) stage.instructions().stream().filter(Build::makesFiles).count();
    announce(stage.from().source(), number, name, in, of);
    Stage state = from(stage.from());
    made(state);
    triggers(state);
    for (Instruction instruction : stage.instructions()) {
      boolean shown = makesFiles(instruction);
      in += shown ? 1 : 0;
      announce(instruction.source(), number, name, shown ? in : 0, of);
      instruction(state, instruction);
    }
    if (last) {
      for (Map.Entry<String, String> label : new TreeMap<>(request.labels()).entrySet()) {
        String text = "LABEL " + label.getKey() + "=" + label.getValue();
        announce(new Source(0, text, List.of()), number, name, 0, of);
        label(state, label.getKey(), label.getValue());
      }
    }
    return state.image();
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

  private Stage from(Instruction.From from) {
    args.newStage();
    Substitution values = new Substitution(file.escape(), args::findGlobal);
    String base = values.word(from.base());
    if (base.isEmpty()) {
      throw new InvalidParameter("base name (" + from.base() + ") should not be blank");
    }
    String platformText = values.word(from.platform());
    Platform wanted =
        platformText.isEmpty() ? request.platform() : PlatformNames.parse(platformText);
    Image image = base.equals(SCRATCH) ? null : finished.base(base, wanted);
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
        file.escape(),
        args,
        new BuildCache(tools.images(), request.noCache()),
        kit);
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

  private void copy(Stage state, Instruction.Copy copy) {
    String from = copy.flags().from();
    if (from.isEmpty()) {
      Path root = copy.sources().isEmpty() ? files.scratch() : files.context();
      copies.run(state, copy, root, false, files.scratch());
      return;
    }
    Image source = finished.source(state.edit().expand(from), request.platform());
    ChainId chain = source == null ? null : source.chainId();
    try (WorkLayer layers = WorkLayer.open(tools.layers(), chain)) {
      copies.run(state, copy, layers.root(), true, files.scratch());
    }
  }
}
