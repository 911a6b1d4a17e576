package io.layerd.buildkit;

import io.layerd.build.BuildReport;
import io.layerd.dockerfile.CheckRule;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileCheck;
import io.layerd.error.EngineException;
import io.layerd.oci.Digest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells of a build's steps as vertices. Steps that make no files are not shown. */
final class KitReport implements BuildReport {
  private final SolveLog log;
  private final String ref;
  private final Provenance provenance;
  private final @Nullable KitReport whole;
  private volatile @Nullable Vertex current;
  private volatile @Nullable Lint lint;
  private int line;

  KitReport(Solve solve) {
    this(solve.log(), solve.ref(), solve.provenance(), null);
  }

  private KitReport(SolveLog log, String ref, Provenance provenance, @Nullable KitReport whole) {
    this.log = log;
    this.ref = ref;
    this.provenance = provenance;
    this.whole = whole;
  }

  @Override
  public BuildReport ofStage(int number) {
    KitReport stage = new KitReport(log, ref, provenance, this);
    stage.lint = lint;
    return stage;
  }

  @Override
  public void end() {
    // its last step has ended
  }

  @Override
  public void failed(String why) {
    boolean cancelled = why.equals("CANCELED");
    fail(cancelled ? Vertex.CANCELED : Failures.ofVertex(why));
    if (whole != null && !cancelled) {
      whole.failedAt(line);
    }
  }

  private synchronized void failedAt(int place) {
    if (line == 0) {
      line = place;
    }
  }

  @Override
  public void begin(StepTitle step) {
    line = step.line();
    if (step.inStage() == 0) {
      current = null;
      return;
    }
    String text = uppercase(step.text());
    if (step.inStage() == 1 && text.regionMatches(true, 0, "FROM ", 0, 5)) { // not of a stage
      text = "FROM " + base(text);
    }
    String stage = step.stageName();
    if (stage.isEmpty() && step.stages() > 1) {
      stage = "stage-" + step.stage();
    }
    String place = (stage.isEmpty() || step.stages() == 1 ? "" : stage + " ");
    String name = "[" + place + step.inStage() + "/" + step.ofStage() + "] " + text;
    current = Vertex.begin(log, ref + " step " + step.number(), name);
  }

  private static String uppercase(String text) {
    int end = text.indexOf(' ');
    return end < 0 ? text : text.substring(0, end).toUpperCase(Locale.ROOT) + text.substring(end);
  }

  @Override
  public void metadata(String image, int place, Runnable look) {
    provenance.image(image);
    String name = "[internal] load metadata for " + Names.canonical(image);
    Vertex vertex = Vertex.begin(log, ref + " " + name, name);
    try {
      look.run();
      vertex.end();
    } catch (EngineException e) {
      line = place;
      vertex.end(Failures.ofVertex(String.valueOf(e.getMessage())));
      throw e;
    }
  }

  /** The image of a FROM line, as the progress names it. */
  private static String base(String line) {
    String rest = line.substring("FROM".length()).strip();
    while (rest.startsWith("--")) {
      rest = rest.replaceFirst("^\\S+\\s+", "");
    }
    String base = rest.split("\\s", 2)[0];
    return base.toLowerCase(Locale.ROOT).equals("scratch") ? base : Names.canonical(base);
  }

  /** Where the step that failed is in the Dockerfile; 0 if none did. */
  synchronized int line() {
    return line;
  }

  /** The step failed; nothing follows. */
  void fail(String why) {
    Vertex vertex = current;
    if (vertex != null) {
      vertex.end(why);
    }
  }

  @Override
  public void cached() {
    Vertex vertex = current;
    if (vertex != null) {
      vertex.cached();
    }
  }

  @Override
  public void running(String containerId) {
    // containers of steps are of no interest here
  }

  @Override
  public void removed(String containerId) {
    // nor is their end
  }

  @Override
  public void log(int stream, byte[] data) {
    Vertex vertex = current;
    if (vertex != null) {
      vertex.output(stream, data);
    }
  }

  @Override
  public void progress(@Nullable String id, String status, long currentBytes, long totalBytes) {
    Vertex vertex = current;
    if (vertex != null) {
      String what = id == null || id.isEmpty() ? status : id + " " + status;
      boolean done =
          status.endsWith("complete")
              || status.startsWith("Already")
              || (totalBytes > 0 && currentBytes >= totalBytes);
      vertex.progress(what, currentBytes, totalBytes, done);
    }
  }

  @Override
  public void fetched(String url, String digest) {
    provenance.file(url, digest);
  }

  @Override
  public void downloaded() {
    // the step's end says it
  }

  @Override
  public void made(@Nullable Digest image) {
    Vertex vertex = current;
    if (vertex != null) {
      vertex.end();
    }
  }

  @Override
  public void triggers(int count) {
    // they are shown as part of what they hang on
  }

  /** Says what could be better in the Dockerfile that is built. */
  void lint(Lint words) {
    lint = words;
  }

  @Override
  public void parsed(Dockerfile file, Set<Integer> needed) {
    provenance.mounts(file, needed);
    Lint words = lint;
    if (words != null) {
      DockerfileCheck.of(file, needed::contains).forEach(words::say);
      words.check();
    }
  }

  @Override
  public void undefined(String name, List<String> known, int place) {
    Lint words = lint;
    if (words != null) {
      words.say(CheckRule.Finding.undefined(name, known, place));
      words.check();
    }
  }

  @Override
  public void warn(String warning) {
    Vertex vertex = Vertex.begin(log, ref + " warning " + warning, "[internal] warning");
    vertex.warn(warning);
    vertex.end();
  }

  @Override
  public void unusedArgs(List<String> names) {
    // BuildKit does not mind
  }
}
