package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.image.Cancel;

/**
 * What a stage is built from and with.
 *
 * @param args of the whole build
 * @param number among all stages of the Dockerfile, from 0
 * @param stageCount how many are told of
 * @param stepsBefore steps of the build before this stage's first
 * @param stepCount steps of the build
 * @param last whether it is the one that was asked for
 */
record StageSetting(
    Tools tools,
    BuildRequest request,
    Dockerfile file,
    BuildFiles files,
    BuildArgs args,
    ImportedSteps imported,
    Cancel cancel,
    int number,
    int stageCount,
    int stepsBefore,
    int stepCount,
    boolean last) {
  Dockerfile.Stage stage() {
    return file.stages().get(number);
  }

  /** Whether every step is to be run. */
  boolean uncached() {
    String name = stage().from().name();
    boolean named =
        request.uncached().stream()
            .anyMatch(each -> each.equalsIgnoreCase(name) || each.equals("" + number));
    return request.noCache() || named;
  }

  /** Whether a client of BuildKit asked. */
  boolean kit() {
    return request.client() != null;
  }
}
