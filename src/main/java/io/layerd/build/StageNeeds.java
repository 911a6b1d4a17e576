package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Substitution;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Tells which stages a target consists of, before anything is built. */
public final class StageNeeds {
  private StageNeeds() {}

  /** Without additional contexts and with the Dockerfile's own values of arguments. */
  private static final class NoFiles implements BuildFiles {
    @Override
    public Path context() {
      throw new IllegalStateException("nothing is built");
    }

    @Override
    public Path scratch() {
      throw new IllegalStateException("nothing is built");
    }
  }

  /**
   * @param target number of the stage
   * @return numbers of stages, in order
   */
  public static Set<Integer> of(Dockerfile file, int target) {
    Map<String, String> globals = new HashMap<>();
    Substitution values = new Substitution(file.escape(), globals::get);
    for (Instruction.Arg arg : file.globalArgs()) {
      for (Instruction.Pair pair : arg.pairs()) {
        if (pair.value() != null) {
          globals.put(pair.name(), values.word(pair.value()));
        }
      }
    }
    return new NeededStages(file.stages().subList(0, target + 1), new NoFiles()).of(target, values);
  }
}
