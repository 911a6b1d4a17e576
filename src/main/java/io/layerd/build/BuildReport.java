package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.oci.Digest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hears how a build goes on, step by step. Stages go on at the same time, and each has a report of
 * its own, which is called from one thread at a time, but for {@link #log}. May block while the
 * client is slow.
 */
public interface BuildReport {
  /**
   * What hears of one stage.
   *
   * @param number among those that are built, from 0
   */
  BuildReport ofStage(int number);

  /** The stage is done, nothing more comes of it. */
  void end();

  /** The stage's step failed, or was cut off. */
  void failed(String why);

  /**
   * A step of the Dockerfile.
   *
   * @param number among all steps of the build, from 1
   * @param count of all steps
   * @param text the instruction
   * @param line where it begins in the Dockerfile, from 1
   * @param stage its number, from 0
   * @param stageName may be empty
   * @param stages how many are built
   * @param inStage number among the stage's steps that make files, from 1; 0 if it makes none
   * @param ofStage how many of those the stage has
   */
  record StepTitle(
      int number,
      int count,
      String text,
      int line,
      int stage,
      String stageName,
      int stages,
      int inStage,
      int ofStage) {}

  /** A step begins; the one before has ended. */
  void begin(StepTitle step);

  /** The step need not be done. */
  void cached();

  /** The step's program runs in a container. */
  void running(String containerId);

  /** That container is gone. */
  void removed(String containerId);

  /**
   * What the program says.
   *
   * @param stream 1 or 2
   */
  void log(int stream, byte[] data);

  /** How a download of the step goes on. */
  void progress(@Nullable String id, String status, long currentBytes, long totalBytes);

  /**
   * What is behind a URL is here.
   *
   * @param digest of its bytes
   */
  default void fetched(String url, String digest) {}

  /** A download of the step has ended. */
  void downloaded();

  /**
   * The step is done.
   *
   * @param image so far; null if there is none yet
   */
  void made(@Nullable Digest image);

  /** A base image carries triggers, which are executed now. */
  void triggers(int count);

  /**
   * What is to be built.
   *
   * @param needed numbers of the stages
   */
  default void parsed(Dockerfile file, Set<Integer> needed) {}

  /**
   * It is looked for an image that the build stands on.
   *
   * @param line of the instruction that names it
   * @param look throws if there is none
   */
  default void metadata(String image, int line, Runnable look) {
    look.run();
  }

  /**
   * An instruction uses a variable that nothing sets.
   *
   * @param known variables that are set
   * @param line of the instruction
   */
  default void undefined(String name, List<String> known, int line) {}

  /** A warning about the Dockerfile. */
  void warn(String warning);

  /** Arguments that the client gave and no instruction asked for. */
  void unusedArgs(List<String> names);
}
