package io.layerd.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.layerd.container.AttachRequest;
import io.layerd.container.AttachSession;
import io.layerd.container.ContainerService;
import io.layerd.container.ContainerService.WaitResult;
import io.layerd.container.CreateRequest;
import io.layerd.container.WaitCondition;
import io.layerd.dockerfile.HereDoc;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Words;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.layer.StagedLayer;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HealthConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import io.layerd.sys.ErrnoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/** RUN: a container on the layers so far, whose changes become the next. */
final class RunStep {
  private static final Logger LOG = Logger.getLogger(RunStep.class);

  private static final String NOT_CREATED = "OCI runtime create failed: ";

  private final Tools tools;
  private final StepImages steps;
  private final StepCache cache;
  private final BuildRequest request;
  private final BuildReport report;
  private final Cancellation cancellation;
  private final KeptContainers containers;
  private final StepMounts.Sources sources;

  RunStep(
      Tools tools,
      StepImages steps,
      StepCache cache,
      BuildRequest request,
      BuildReport report,
      Cancellation cancellation,
      KeptContainers containers,
      StepMounts.Sources sources) {
    this.tools = tools;
    this.steps = steps;
    this.cache = cache;
    this.request = request;
    this.report = report;
    this.cancellation = cancellation;
    this.containers = containers;
    this.sources = sources;
  }

  /** A program that ended with another code than zero. */
  static final class NonZero extends Exception {
    private static final long serialVersionUID = 1L;
    private final String command;
    private final int code;
    private final int line;

    NonZero(String command, int code, int line) {
      super("The command '" + command + "' returned a non-zero code: " + code);
      this.command = command;
      this.code = code;
      this.line = line;
    }

    int line() {
      return line;
    }

    int code() {
      return code;
    }

    /** As BuildKit says it. */
    String kitText() {
      return "process "
          + Words.quote(command)
          + " did not complete successfully: exit code: "
          + code;
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * @return whether the cache had it
   * @throws NonZero if the program failed
   */
  boolean run(Stage stage, Instruction.Run run) throws NonZero, InterruptedException {
    ClientSide client = request.client();
    if (client == null && !run.mounts().isEmpty()) {
      throw BuildKitOnly.flag("--mount");
    }
    if (client == null && !run.security().isEmpty()) {
      throw BuildKitOnly.flag("--security");
    }
    if (run.network().equals("host") && client != null && !client.allows("network.host")) {
      throw new InvalidParameter("failed to load LLB: network.host is not allowed");
    }
    if (run.security().equals("insecure")) {
      throw new InvalidParameter("failed to load LLB: security.insecure is not allowed");
    }
    List<MountFlag> mounts =
        run.mounts().stream().map(text -> MountFlag.parse(text, stage.edit()::expand)).toList();
    List<String> command = command(stage, run);
    Map<String, String> args = stage.visibleArgs();
    List<String> said = new ArrayList<>();
    if (!args.isEmpty()) {
      said.add("|" + args.size());
      args.forEach((name, value) -> said.add(name + "=" + value));
    }
    said.addAll(command);
    stage.line("RUN " + String.join(" ", said) + " # buildkit");
    said.addAll(sources.identity(mounts));
    ContainerConfig kept = StepImages.change(stage.config(), Map.of("Cmd", said));
    if (cache.spares(stage, kept)) {
      return true;
    }
    String workDir = stage.config().workingDir();
    try (StepMounts mounted = StepMounts.prepare(sources, workDir, mounts, command)) {
      execute(stage, run, command, args, kept, mounted);
    }
    return false;
  }

  /** A here-document is the script, unless a command before it reads it. */
  private static List<String> command(Stage stage, Instruction.Run run) {
    List<HereDoc> documents = run.source().hereDocs();
    if (documents.isEmpty()) {
      return stage.edit().words(run.command());
    }
    String line = run.command().words().getFirst();
    List<String> words = new ArrayList<>(stage.edit().shell());
    HereDoc first = documents.getFirst();
    if (documents.size() == 1 && line.matches("<<-?['\"]?" + first.name() + "['\"]?")) {
      words.add(first.content());
      return words;
    }
    StringBuilder script = new StringBuilder(line);
    for (HereDoc document : documents) {
      script.append('\n').append(document.content()).append(document.name());
    }
    words.add(script.toString());
    return words;
  }

  private void execute(
      Stage stage,
      Instruction.Run run,
      List<String> command,
      Map<String, String> args,
      ContainerConfig kept,
      StepMounts mounted)
      throws NonZero, InterruptedException {
    String image = stage.image() == null ? "" : stage.image().id().toString();
    if (image.isEmpty()) {
      throw new SystemFailure(
          "there is nothing to run in an image without files: exec: \""
              + command.getFirst()
              + "\": stat "
              + command.getFirst()
              + ": no such file or directory");
    }
    Map<String, String> env = new TreeMap<>(args);
    env.putAll(mounted.env());
    ContainerConfig config = config(stage, command, env, image);
    HostConfig host = host(run, mounted);
    CreateRequest asked = new CreateRequest(null, null, config, host, null);
    String id = tools.containers().create(asked).id();
    boolean failed = true;
    try {
      report.running(id);
      MountStubs stubs = MountStubs.lookFor(tools, id, mounted.targets());
      int code = code(id, command);
      if (code != 0) {
        throw new NonZero(String.join(" ", command), code, run.source().line());
      }
      stubs.remove();
      StagedLayer staged = ChangedLayer.stage(tools.layers(), id);
      StepImages.Step step = stage.step(kept, id);
      stage.image(steps.keep(stage.image(), stage.platform(), step, staged));
      failed = false;
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot clear the places of mounts: " + e.getMessage(), e);
    } finally {
      containers.finished(id, failed);
    }
  }

  /** What a runtime says of a program that it cannot start is its output to BuildKit. */
  private int code(String id, List<String> command) throws InterruptedException {
    if (request.client() == null) {
      return await(id);
    }
    try {
      return await(id);
    } catch (EngineException e) {
      String message = String.valueOf(e.getMessage());
      int runtime = message.indexOf(NOT_CREATED);
      if (runtime >= 0) {
        String said = message.substring(runtime + NOT_CREATED.length());
        report.log(2, (said.replaceFirst(" create failed", " run failed") + "\n").getBytes(UTF_8));
        return 1;
      }
      throw new SystemFailure(
          "process "
              + Words.quote(String.join(" ", command))
              + " did not complete successfully: "
              + message,
          e);
    }
  }

  private ContainerConfig config(
      Stage stage, List<String> command, Map<String, String> args, String image) {
    List<String> env = new ArrayList<>();
    if (stage.config().env() != null) {
      env.addAll(stage.config().env());
    }
    args.forEach((name, value) -> env.add(name + "=" + value));
    stage
        .args()
        .proxies()
        .forEach(
            (name, value) -> {
              if (env.stream().noneMatch(variable -> variable.startsWith(name + "="))) {
                env.add(name + "=" + value);
              }
            });
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("Env", env);
    change.put("Cmd", command);
    change.put("Entrypoint", List.of(""));
    change.put("Image", image);
    change.put("AttachStdout", true);
    change.put("AttachStderr", true);
    change.put("Healthcheck", new HealthConfig(List.of("NONE"), 0, 0, 0, 0, 0));
    return StepImages.change(stage.config(), change);
  }

  private HostConfig host(Instruction.Run run, StepMounts mounted) {
    HostConfig host = network(run);
    return mounted.mounts().isEmpty()
        ? host
        : SpecJson.change(host, HostConfig.class, Map.of("Mounts", mounted.mounts()));
  }

  private HostConfig network(Instruction.Run run) {
    return switch (run.network()) {
      case "", "default" -> request.host();
      case "none", "host" ->
          SpecJson.change(request.host(), HostConfig.class, Map.of("NetworkMode", run.network()));
      default -> throw new InvalidParameter("invalid network mode: \"" + run.network() + "\"");
    };
  }

  private int await(String id) throws InterruptedException {
    ContainerService running = tools.containers();
    try (AttachSession session =
        running.attach(id, new AttachRequest(false, true, true, false, true, null))) {
      Thread pump =
          Thread.ofPlatform().daemon().name("build output").start(() -> pump(id, session));
      cancellation.onCancel(() -> kill(id));
      var exit = running.await(id, WaitCondition.NEXT_EXIT);
      running.start(id);
      if (cancellation.cancelled()) { // there may have been nothing to kill yet
        kill(id);
      }
      WaitResult result = exit.get();
      pump.join();
      if (cancellation.cancelled()) {
        throw new CancellationException("the client has gone");
      }
      if (result.error() != null) {
        throw new SystemFailure(result.error());
      }
      return result.statusCode();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException failure) {
        throw failure;
      }
      throw new SystemFailure("waiting for " + id + ": " + e.getMessage(), e);
    }
  }

  private void pump(String id, AttachSession session) {
    try {
      session.pump(report::log);
    } catch (IOException e) {
      LOG.debugf("output of %s: %s", id, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill(String id) {
    try {
      var unused = tools.containers().kill(id, null);
    } catch (EngineException e) {
      LOG.debugf("a build's container that need not be killed: %s", e.getMessage());
    }
  }
}
