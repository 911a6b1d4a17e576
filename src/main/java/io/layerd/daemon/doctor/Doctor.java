package io.layerd.daemon.doctor;

import io.layerd.mount.Mount;
import io.layerd.mount.Mounts;
import io.layerd.network.NetworkServices;
import io.layerd.runtime.RuntimeOptions;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes all checks. */
public final class Doctor {
  private Doctor() {}

  /** Blocks for as long as the programs of the host take to tell their versions. */
  public static Report examine(Places places) {
    HostFiles host = HostFiles.HOST;
    Sys sys = Sys.host();
    return examine(
        List.of(
            new Kernel(host),
            new Rights(host),
            new Namespaces(host),
            new ControlGroups(host, mounts(sys)),
            new OverlayModule(host),
            new DataRootSpace(sys, places.dataRoot()),
            new StorageTrial(sys, places),
            new RuntimePrograms(
                RuntimeOptions.defaults().withDefaultRuntime(places.defaultRuntime())),
            new NetworkPrograms(NetworkServices::program),
            new Forwarding(host),
            new OtherEngines(host, sys, places)));
  }

  /** One check that breaks is a finding, and the others are still made. */
  static Report examine(List<Check> checks) {
    List<Finding> findings = new ArrayList<>();
    for (Check check : checks) {
      try {
        findings.addAll(check.look());
      } catch (RuntimeException e) {
        findings.add(
            Finding.failure(
                check.getClass().getSimpleName(), "this check broke: " + e, "report it as a bug"));
      }
    }
    return new Report(findings);
  }

  private static List<Mount> mounts(Sys sys) {
    try {
      return new Mounts(sys).list();
    } catch (IOException e) {
      return List.of();
    }
  }
}
