package io.layerd.api;

import io.layerd.api.model.VersionAnswer;
import io.layerd.api.model.VersionAnswer.Component;
import io.layerd.api.model.VersionAnswer.PlatformName;
import io.layerd.oci.Platform;
import io.layerd.runtime.RuntimeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts {@code GET /version} together, anew when a program came, went or changed. */
final class VersionPage {
  private record Made(DaemonFacts facts, RuntimeInfo runtime, JsonLine line) {}

  private volatile @Nullable Made made;

  /** The page, as it is sent. */
  JsonLine line(DaemonFacts facts, RuntimeInfo runtime) {
    Made last = made;
    if (last == null || last.facts() != facts || last.runtime() != runtime) {
      last = new Made(facts, runtime, new JsonLine(ErrorAnswer.json(of(facts, runtime))));
      made = last;
    }
    return last.line();
  }

  static VersionAnswer of(DaemonFacts facts, RuntimeInfo runtime) {
    String java = "java" + System.getProperty("java.version", "");
    String kernel = System.getProperty("os.version", "");
    String arch = Platform.host().architecture();
    Map<String, String> engine = new TreeMap<>();
    engine.put("ApiVersion", ApiVersion.CURRENT.toString());
    engine.put("Arch", arch);
    engine.put("BuildTime", facts.buildTime());
    engine.put("Experimental", String.valueOf(facts.experimental()));
    engine.put("GitCommit", facts.commit());
    engine.put("GoVersion", java);
    engine.put("KernelVersion", kernel);
    engine.put("MinAPIVersion", ApiVersion.MINIMUM.toString());
    engine.put("Os", "linux");
    List<Component> components = new ArrayList<>();
    components.add(new Component("Engine", facts.engineVersion(), engine));
    for (RuntimeInfo.Program program : programs(runtime)) {
      components.add(
          new Component(program.name(), program.version(), Map.of("GitCommit", program.commit())));
    }
    return new VersionAnswer(
        new PlatformName(facts.name() + " " + facts.version()),
        components,
        facts.engineVersion(),
        ApiVersion.CURRENT.toString(),
        ApiVersion.MINIMUM.toString(),
        facts.commit(),
        java,
        "linux",
        arch,
        kernel,
        facts.experimental() ? Boolean.TRUE : null,
        facts.buildTime());
  }

  private static List<RuntimeInfo.Program> programs(RuntimeInfo runtime) {
    List<RuntimeInfo.Program> programs = new ArrayList<>();
    if (runtime.conmon() != null) {
      programs.add(runtime.conmon());
    }
    programs.addAll(runtime.runtimes());
    if (runtime.init() != null) {
      programs.add(runtime.init());
    }
    return programs;
  }
}
