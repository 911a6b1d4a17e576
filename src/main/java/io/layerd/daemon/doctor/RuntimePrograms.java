package io.layerd.daemon.doctor;

import io.layerd.runtime.ContainerRuntimes;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.runtime.RuntimeInfo.Program;
import io.layerd.runtime.RuntimeOptions;
import java.util.ArrayList;
import java.util.List;

/** runc or crun, conmon, and an init for {@code --init}. */
final class RuntimePrograms implements Check {
  private final RuntimeOptions options;

  RuntimePrograms(RuntimeOptions options) {
    this.options = options;
  }

  @Override
  public List<Finding> look() {
    RuntimeInfo info = ContainerRuntimes.look(options);
    List<Finding> findings = new ArrayList<>();
    for (Program program : info.runtimes()) {
      findings.add(
          program.version().isEmpty()
              ? Finding.failure(
                  program.name(),
                  program.path() + " does not tell its version",
                  "install it anew, or another runtime and --default-runtime")
              : found(program, program.name().equals(info.defaultRuntime())));
    }
    String wanted = info.defaultRuntime();
    if (info.runtimes().stream().noneMatch(program -> program.name().equals(wanted))) {
      findings.add(
          wanted.isEmpty()
              ? Finding.failure("runtime", "neither runc nor crun found", "install runc or crun")
              : Finding.failure(
                  "runtime",
                  "the default runtime " + wanted + " is not installed",
                  "install it, or choose another --default-runtime"));
    }
    Program conmon = info.conmon();
    findings.add(
        conmon == null
            ? Finding.failure("conmon", "not found", "install conmon")
            : found(conmon, false));
    Program init = info.init();
    findings.add(
        init == null
            ? Finding.warning("init", "not found: docker run --init will fail", "install tini")
            : found(init, false));
    return findings;
  }

  private static Finding found(Program program, boolean isDefault) {
    return Finding.ok(
        program.name().equals("docker-init") ? "init" : program.name(),
        (program.version() + " " + program.path()).strip() + (isDefault ? ", the default" : ""));
  }
}
