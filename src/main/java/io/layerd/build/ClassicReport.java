package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells of a build in the classic builder's words. */
final class ClassicReport implements BuildReport {
  private static final String RED = "\u001b[91m";
  private static final String PLAIN = "\u001b[0m";

  private final BuildOutput output;
  private final OrderedOutput stages;
  private final OrderedOutput.@Nullable Stage stage;

  ClassicReport(BuildOutput output) {
    this(output, new OrderedOutput(output), null);
  }

  private ClassicReport(
      BuildOutput output, OrderedOutput stages, OrderedOutput.@Nullable Stage stage) {
    this.output = output;
    this.stages = stages;
    this.stage = stage;
  }

  @Override
  public BuildReport ofStage(int number) {
    OrderedOutput.Stage ordered = stages.stage(number);
    return new ClassicReport(ordered, stages, ordered);
  }

  @Override
  public void end() {
    if (stage == null) {
      stages.close();
    } else {
      stage.end();
    }
  }

  @Override
  public void failed(String why) {
    // the answer's last line says it
  }

  @Override
  public void begin(StepTitle step) {
    output.text("Step " + step.number() + "/" + step.count() + " : " + step.text() + "\n");
  }

  @Override
  public void cached() {
    output.text(" ---> Using cache\n");
  }

  @Override
  public void running(String containerId) {
    output.text(" ---> Running in " + containerId.substring(0, 12) + "\n");
  }

  @Override
  public void removed(String containerId) {
    output.text(" ---> Removed intermediate container " + containerId.substring(0, 12) + "\n");
  }

  @Override
  public void log(int stream, byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    output.text(stream == 2 ? RED + text + PLAIN : text);
  }

  @Override
  public void progress(@Nullable String id, String status, long currentBytes, long totalBytes) {
    output.progress(id, status, currentBytes, totalBytes);
  }

  @Override
  public void downloaded() {
    output.text("\n");
  }

  @Override
  public void made(@Nullable Digest image) {
    output.text(" ---> " + (image == null ? "" : image.hex().substring(0, 12)) + "\n");
  }

  @Override
  public void triggers(int count) {
    output.text("# Executing " + count + (count == 1 ? " build trigger\n" : " build triggers\n"));
  }

  @Override
  public void parsed(Dockerfile file, Set<Integer> needed) {
    file.warnings().forEach(this::warn);
  }

  @Override
  public void warn(String warning) {
    output.text(RED + warning + "\n" + PLAIN);
  }

  @Override
  public void unusedArgs(List<String> names) {
    output.text(
        "[Warning] One or more build-args [" + String.join(" ", names) + "] were not consumed\n");
  }
}
