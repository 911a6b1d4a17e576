package io.layerd.build;

import io.layerd.dockerfile.Instruction;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.spec.ContainerConfig;
import io.layerd.sys.ErrnoException;

/** WORKDIR: the directory is made if it is not there. */
final class WorkDirStep {
  private final Tools tools;
  private final StepImages steps;
  private final StepCache cache;
  private final KeptContainers containers;

  WorkDirStep(Tools tools, StepImages steps, StepCache cache, KeptContainers containers) {
    this.tools = tools;
    this.steps = steps;
    this.cache = cache;
    this.containers = containers;
  }

  void run(Stage state, Instruction.WorkDir directory) {
    String said = state.edit().apply(directory);
    ContainerConfig command = state.nop("#(nop) " + said);
    state.line(said);
    if (cache.spares(state, command)) {
      return;
    }
    Image image = state.image();
    ChainId chain = image == null ? null : image.chainId();
    StepImages.Step kept = state.step(command, containers.keepFor(state, command));
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
      new Directories(tools.sys(), null, 0755).make(there.host(), true);
      StagedLayer staged = ChangedLayer.stage(tools.layers(), work.id());
      state.image(steps.keep(image, state.platform(), kept, staged));
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot make the working directory: " + e.getMessage(), e);
    }
  }
}
