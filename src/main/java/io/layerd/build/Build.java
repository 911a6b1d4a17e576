package io.layerd.build;

import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Substitution;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import io.layerd.sys.ErrnoException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** One run through a Dockerfile. */
final class Build {
  private static final String SCRATCH = "scratch";

  private final Tools tools;
  private final BuildRequest request;
  private final Dockerfile file;
  private final ContextDirectory context;
  private final BuildOutput output;
  private final Cancellation cancellation;
  private final BuildArgs args;
  private final StepImages steps;
  private final StepCache cache;
  private final CopyStep copies;
  private final RunStep runs;
  private final FinishedStages finished;
  private int step;
  private int stepCount;

  Build(
      Tools tools,
      BuildRequest request,
      Dockerfile file,
      ContextDirectory context,
      BuildOutput output,
      Cancellation cancellation) {
    this.tools = tools;
    this.request = request;
    this.file = file;
    this.context = context;
    this.output = output;
    this.cancellation = cancellation;
    args = new BuildArgs(request.buildArgs(), PlatformNames.args(request.platform()));
    finished = new FinishedStages(new BaseImages(tools, request, output, cancellation));
    steps = new StepImages(tools.images(), tools.layers(), tools.version());
    cache = new StepCache(tools.images(), steps, request.cacheFrom(), output);
    copies = new CopyStep(tools, steps, cache, output);
    runs = new RunStep(tools, steps, cache, request, output, cancellation);
  }

  /**
   * @return the last stage's image
   * @throws RunStep.NonZero if a program failed
   */
  Digest run() throws RunStep.NonZero, InterruptedException {
    int last = target();
    List<Dockerfile.Stage> stages = file.stages().subList(0, last + 1);
    stepCount =
        file.globalArgs().size()
            + request.labels().size()
            + stages.stream().mapToInt(stage -> 1 + stage.instructions().size()).sum();
    for (String warning : file.warnings()) {
      output.text("\u001b[91m" + warning + "\n\u001b[0m");
    }
    for (Instruction.Arg arg : file.globalArgs()) {
      announce(arg.source().text());
      Substitution values = new Substitution(file.escape(), args::findGlobal);
      arg.pairs()
          .forEach(
              pair -> args.declareGlobal(values.word(pair.name()), word(values, pair.value())));
    }
    for (int i = 0; i <= last; i++) {
      finished.add(stages.get(i).from().name(), stage(stages.get(i), i == last));
    }
    warnOfUnused();
    Image result = finished.last();
    if (result == null) {
      throw new InvalidParameter("No image was generated. Is your Dockerfile empty?");
    }
    return result.id();
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
      output.text(
          "[Warning] One or more build-args ["
              + String.join(" ", unused)
              + "] were not consumed\n");
    }
  }

  private void announce(String text) {
    if (cancellation.cancelled()) {
      throw new CancellationException("the client has gone");
    }
    step++;
    output.text("Step " + step + "/" + stepCount + " : " + text + "\n");
  }

  private void arrived(@Nullable Image image) {
    output.text(" ---> " + (image == null ? "" : image.id().hex().substring(0, 12)) + "\n");
  }

  private @Nullable Image stage(Dockerfile.Stage stage, boolean last)
      throws RunStep.NonZero, InterruptedException {
    announce(stage.from().source().text());
    Stage state = from(stage.from());
    arrived(state.image());
    triggers(state);
    for (Instruction instruction : stage.instructions()) {
      announce(instruction.source().text());
      instruction(state, instruction);
    }
    if (last) {
      for (Map.Entry<String, String> label : new java.util.TreeMap<>(request.labels()).entrySet()) {
        label(state, label.getKey(), label.getValue());
      }
    }
    return state.image();
  }

  private void label(Stage state, String name, String value) {
    announce("LABEL " + name + "=" + value);
    Map<String, String> labels = new java.util.TreeMap<>();
    if (state.config().labels() != null) {
      labels.putAll(state.config().labels());
    }
    labels.put(name, value);
    state.config(StepImages.change(state.config(), Map.of("Labels", labels)));
    commit(state, state.nop("#(nop) ", "LABEL " + name + "=" + value));
    arrived(state.image());
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
        new BuildCache(tools.images(), request.noCache()));
  }

  private void triggers(Stage state) throws RunStep.NonZero, InterruptedException {
    List<String> triggers = state.config().onBuild();
    if (triggers == null || triggers.isEmpty()) {
      return;
    }
    output.text(
        "# Executing "
            + triggers.size()
            + (triggers.size() == 1 ? " build trigger\n" : " build triggers\n"));
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
        commit(state, state.nop("#(nop) ", "MAINTAINER " + state.author()));
      }
      case Instruction.WorkDir directory -> workDir(state, directory);
      case Instruction.From _ -> throw new InvalidParameter("FROM isn't allowed here");
      default -> commit(state, state.nop("#(nop) ", state.edit().apply(instruction)));
    }
    arrived(state.image());
  }

  private void arg(Stage state, Instruction.Arg arg) {
    ConfigEdit edit = state.edit();
    for (Instruction.Pair pair : arg.pairs()) {
      String value = pair.value() == null ? null : edit.expand(pair.value());
      args.declare(edit.expand(pair.name()), value);
    }
    commit(state, state.nop("#(nop) ", arg.source().text()));
  }

  private void commit(Stage state, ContainerConfig command) {
    if (cache.spares(state, command)) {
      return;
    }
    state.image(
        steps.keep(
            state.image(),
            state.platform(),
            new StepImages.Step(state.config(), command, state.author(), "")));
  }

  /** The directory is made if it is not there. */
  private void workDir(Stage state, Instruction.WorkDir directory) {
    String said = state.edit().apply(directory);
    ContainerConfig command = state.nop("#(nop) " + said);
    if (cache.spares(state, command)) {
      return;
    }
    Image image = state.image();
    ChainId chain = image == null ? null : image.chainId();
    StepImages.Step kept = new StepImages.Step(state.config(), command, state.author(), "");
    try (WorkLayer work = WorkLayer.open(tools.layers(), chain)) {
      String path = state.config().workingDir();
      TreePath there = TreePath.follow(tools.sys(), work.root(), path);
      if (there.stat() != null) {
        if (!there.stat().isDirectory()) {
          throw new InvalidParameter("Cannot mkdir: " + path + " is not a directory");
        }
        state.image(steps.keep(image, state.platform(), kept));
        return;
      }
      new Directories(tools.sys(), null).make(there.host(), true);
      StagedLayer staged = ChangedLayer.stage(tools.layers(), work.id());
      state.image(steps.keep(image, state.platform(), kept, staged));
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot make the working directory: " + e.getMessage(), e);
    }
  }

  private void copy(Stage state, Instruction.Copy copy) {
    String from = copy.flags().from();
    if (from.isEmpty()) {
      copies.run(state, copy, context.files(), false, context.scratch());
      return;
    }
    Image source = finished.source(state.edit().expand(from), request.platform());
    ChainId chain = source == null ? null : source.chainId();
    try (WorkLayer layers = WorkLayer.open(tools.layers(), chain)) {
      copies.run(state, copy, layers.root(), true, context.scratch());
    }
  }
}
