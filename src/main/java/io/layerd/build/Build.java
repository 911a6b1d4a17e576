package io.layerd.build;

import io.layerd.build.BuildReport.StepTitle;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Spelling;
import io.layerd.dockerfile.Substitution;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.Cancel;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run through a Dockerfile. Stages that nothing needs are left out; the others go on together,
 * each as soon as those that it stands on have ended.
 */
final class Build {
  /** Started in order, so that whoever waits for a stage waits for one that runs. */
  private static final int MOST_STAGES = 16;

  private final Tools tools;
  private final BuildRequest request;
  private final Dockerfile file;
  private final BuildFiles files;
  private final BuildReport report;
  private final ImportedSteps imported;
  private final Cancel cancel;
  private final boolean kit;
  private final BuildArgs args;

  Build(
      Tools tools,
      BuildRequest request,
      Dockerfile file,
      BuildFiles files,
      BuildReport report,
      ImportedSteps imported,
      Cancellation cancellation) {
    this.tools = tools;
    this.request = request;
    this.file = file;
    this.files = files;
    this.report = report;
    this.imported = imported;
    cancel = new Cancel(cancellation);
    kit = request.client() != null;
    args = new BuildArgs(request.buildArgs(), PlatformNames.args(request.platform()));
  }

  /**
   * What was built.
   *
   * @param result the last stage
   * @param steps of all stages
   */
  record Result(StageResult result, List<BuiltStep> steps) {
    @Nullable Image image() {
      return result.image();
    }
  }

  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient RunStep.NonZero why;

    Failed(RunStep.NonZero why) {
      super(why);
      this.why = why;
    }
  }

  /**
   * @throws RunStep.NonZero if a program failed
   */
  Result run() throws RunStep.NonZero, InterruptedException {
    int last = target();
    List<Dockerfile.Stage> stages = file.stages().subList(0, last + 1);
    Substitution globals = globals();
    NeededStages wanted = new NeededStages(stages, files);
    Set<Integer> needed = wanted.of(last, globals);
    report.parsed(file, needed);
    BaseImages bases = new BaseImages(tools, request, cancel);
    if (kit) {
      wanted
          .images(needed, globals)
          .forEach((name, line) -> report.metadata(name, line, () -> bases.lookFor(name)));
    }
    int count = stepCount(needed);
    announceGlobals(count);
    if (kit && NeededStages.useContext(stages, needed)) {
      var unused = files.context(); // before the first step, as clients expect
    }
    FinishedStages finished = new FinishedStages(bases, stages);
    List<StageRun> runs = new ArrayList<>();
    List<BuildReport> reports = new ArrayList<>();
    int steps = file.globalArgs().size();
    int states = wanted.states(file.stages());
    for (int number : needed) {
      BuildReport heard = report.ofStage(runs.size());
      StageSetting setting =
          new StageSetting(
              tools,
              request,
              file,
              files,
              args,
              imported,
              cancel,
              number,
              states,
              steps,
              count,
              number == last);
      steps += 1 + stages.get(number).instructions().size();
      reports.add(heard);
      runs.add(new StageRun(setting, finished, heard));
    }
    boolean whole = false;
    try {
      List<StageResult> results = together(List.copyOf(needed), runs, reports, finished);
      warnOfUnused();
      whole = true;
      Map<Object, BuiltStep> all = new LinkedHashMap<>();
      results.forEach(each -> each.steps().forEach(step -> all.put(step.key(), step)));
      return new Result(results.getLast(), List.copyOf(all.values()));
    } finally {
      for (StageRun run : runs) {
        run.containers().end(whole, report);
      }
    }
  }

  private Substitution globals() {
    Substitution values = new Substitution(file.escape(), args::findGlobal);
    for (Instruction.Arg arg : file.globalArgs()) {
      arg.pairs()
          .forEach(
              pair -> args.declareGlobal(values.word(pair.name()), word(values, pair.value())));
    }
    return values;
  }

  private int stepCount(Set<Integer> needed) {
    return file.globalArgs().size()
        + request.labels().size()
        + needed.stream()
            .mapToInt(number -> 1 + file.stages().get(number).instructions().size())
            .sum();
  }

  private void announceGlobals(int count) {
    int number = 0;
    for (Instruction.Arg arg : kit ? List.<Instruction.Arg>of() : file.globalArgs()) {
      number++;
      int line = arg.source().line();
      report.begin(new StepTitle(number, count, arg.source().text(), line, 0, "", 0, 0, 0));
    }
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
    List<String> names =
        file.stages().stream().map(stage -> stage.from().name()).filter(n -> !n.isEmpty()).toList();
    throw new InvalidParameter(
        "target stage \""
            + request.target()
            + "\" could not be found"
            + (kit ? Spelling.hint(request.target(), "", names) : ""));
  }

  private List<StageResult> together(
      List<Integer> numbers,
      List<StageRun> runs,
      List<BuildReport> reports,
      FinishedStages finished)
      throws RunStep.NonZero, InterruptedException {
    AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
    List<CompletableFuture<StageResult>> results = new ArrayList<>();
    try (ExecutorService pool = pool(runs.size())) {
      try {
        for (int i = 0; i < runs.size(); i++) {
          int at = i;
          results.add(
              CompletableFuture.supplyAsync(
                  () -> one(numbers.get(at), runs.get(at), reports.get(at), finished, first),
                  pool));
        }
        List<StageResult> ended = new ArrayList<>();
        for (CompletableFuture<StageResult> result : results) {
          ended.add(result.get());
        }
        return ended;
      } catch (ExecutionException e) {
        Throwable cause = kit && first.get() != null ? first.get() : e.getCause();
        throw failure(cause == null ? e : cause);
      } finally {
        cancel.cancel();
        finished.cancel();
        report.end();
      }
    }
  }

  private static RuntimeException failure(Throwable cause) throws RunStep.NonZero {
    return switch (cause) {
      case Failed failed -> throw failed.why;
      case RuntimeException known -> known;
      default -> new SystemFailure("the build failed: " + cause, cause);
    };
  }

  private static ExecutorService pool(int stages) {
    return Executors.newFixedThreadPool(
        Math.min(MOST_STAGES, stages),
        Thread.ofPlatform().daemon().name("build stage ", 0).factory());
  }

  /** BuildKit gives up at the first failure, the classic builder at the first in order. */
  private StageResult one(
      int number,
      StageRun run,
      BuildReport heard,
      FinishedStages finished,
      AtomicReference<@Nullable Throwable> first) {
    try {
      StageResult result = run.run();
      finished.finish(number, result);
      heard.end();
      return result;
    } catch (RunStep.NonZero e) {
      heard.failed(e.kitText());
      throw giveUp(new Failed(e), finished, first);
    } catch (CancellationException e) {
      heard.failed("CANCELED");
      throw e;
    } catch (RuntimeException e) {
      heard.failed(String.valueOf(e.getMessage()));
      throw giveUp(e, finished, first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("the build was interrupted", e);
    }
  }

  private RuntimeException giveUp(
      RuntimeException why, FinishedStages finished, AtomicReference<@Nullable Throwable> first) {
    if (kit && first.compareAndSet(null, why)) {
      cancel.cancel();
      finished.cancel();
    }
    return why;
  }

  private void warnOfUnused() {
    List<String> unused = args.unused();
    if (!unused.isEmpty()) {
      report.unusedArgs(unused);
    }
  }
}
