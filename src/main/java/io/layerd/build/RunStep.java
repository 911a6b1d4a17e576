package io.layerd.build;

import io.layerd.container.AttachRequest;
import io.layerd.container.AttachSession;
import io.layerd.container.ContainerService;
import io.layerd.container.ContainerService.WaitResult;
import io.layerd.container.CreateRequest;
import io.layerd.container.WaitCondition;
import io.layerd.dockerfile.HereDoc;
import io.layerd.dockerfile.Instruction;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.layer.StagedLayer;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HealthConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/** RUN: a container on the layers so far, whose changes become the next. */
final class RunStep {
  private static final Logger LOG = Logger.getLogger(RunStep.class);
  private static final String RED = "\u001b[91m";
  private static final String PLAIN = "\u001b[0m";

  private final Tools tools;
  private final StepImages steps;
  private final StepCache cache;
  private final BuildRequest request;
  private final BuildOutput output;
  private final Cancellation cancellation;

  RunStep(
      Tools tools,
      StepImages steps,
      StepCache cache,
      BuildRequest request,
      BuildOutput output,
      Cancellation cancellation) {
    this.tools = tools;
    this.steps = steps;
    this.cache = cache;
    this.request = request;
    this.output = output;
    this.cancellation = cancellation;
  }

  /** A program that ended with another code than zero. */
  static final class NonZero extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;

    NonZero(String command, int code) {
      super("The command '" + command + "' returned a non-zero code: " + code);
      this.code = code;
    }

    int code() {
      return code;
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
    if (!run.mounts().isEmpty()) {
      throw BuildKitOnly.flag("--mount");
    }
    if (!run.security().isEmpty()) {
      throw BuildKitOnly.flag("--security");
    }
    List<String> command = command(stage, run);
    Map<String, String> args = stage.visibleArgs();
    List<String> said = new ArrayList<>();
    if (!args.isEmpty()) {
      said.add("|" + args.size());
      args.forEach((name, value) -> said.add(name + "=" + value));
    }
    said.addAll(command);
    ContainerConfig kept = StepImages.change(stage.config(), Map.of("Cmd", said));
    if (cache.spares(stage, kept)) {
      return true;
    }
    execute(stage, run, command, args, kept);
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
      ContainerConfig kept)
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
    ContainerService containers = tools.containers();
    String id =
        containers
            .create(
                new CreateRequest(null, null, config(stage, command, args, image), host(run), null))
            .id();
    boolean keep = false;
    try {
      output.text(" ---> Running in " + id.substring(0, 12) + "\n");
      int code = await(id);
      if (code != 0) {
        keep = request.keepContainers();
        throw new NonZero(String.join(" ", command), code);
      }
      StagedLayer staged = ChangedLayer.stage(tools.layers(), id);
      stage.image(
          steps.keep(
              stage.image(),
              stage.platform(),
              new StepImages.Step(stage.config(), kept, stage.author(), id),
              staged));
    } finally {
      if (!keep) {
        remove(id);
      }
    }
    output.text(" ---> Removed intermediate container " + id.substring(0, 12) + "\n");
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

  private HostConfig host(Instruction.Run run) {
    return switch (run.network()) {
      case "", "default" -> request.host();
      case "none", "host" ->
          SpecJson.change(request.host(), HostConfig.class, Map.of("NetworkMode", run.network()));
      default -> throw new InvalidParameter("invalid network mode: \"" + run.network() + "\"");
    };
  }

  private int await(String id) throws InterruptedException {
    ContainerService containers = tools.containers();
    try (AttachSession session =
        containers.attach(id, new AttachRequest(false, true, true, false, true, null))) {
      Thread pump =
          Thread.ofPlatform().daemon().name("build output").start(() -> pump(id, session));
      cancellation.onCancel(() -> kill(id));
      var exit = containers.await(id, WaitCondition.NEXT_EXIT);
      containers.start(id);
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
      session.pump(
          (stream, data) -> {
            String text = new String(data, StandardCharsets.UTF_8);
            output.text(stream == 2 ? RED + text + PLAIN : text);
          });
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

  private void remove(String id) throws InterruptedException {
    try {
      tools.containers().remove(id, true, true).get();
    } catch (ExecutionException | EngineException e) {
      LOG.warnf("a build's container is left: %s", e.getMessage());
    }
  }
}
