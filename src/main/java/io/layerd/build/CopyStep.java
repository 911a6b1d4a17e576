package io.layerd.build;

import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.ImagePath;
import io.layerd.dockerfile.Instruction;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.spec.ContainerConfig;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** COPY and ADD. */
final class CopyStep {
  private final Tools tools;
  private final StepImages steps;
  private final StepCache cache;
  private final CopySources sources;
  private final boolean kit;

  CopyStep(Tools tools, StepImages steps, StepCache cache, CopySources sources, boolean kit) {
    this.tools = tools;
    this.steps = steps;
    this.cache = cache;
    this.sources = sources;
    this.kit = kit;
  }

  /**
   * @param root of the sources: the context, or another image's root
   * @param fromImage whether it is an image's
   * @param scratch a directory for what has to be fetched or written first
   * @return whether the cache had it
   */
  boolean run(Stage stage, Instruction.Copy copy, Path root, boolean fromImage, Path scratch) {
    try {
      return step(stage, copy, root, fromImage, scratch);
    } catch (ErrnoException e) {
      throw new SystemFailure("failed to copy files: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SystemFailure("failed to copy files: " + e.getMessage(), e);
    }
  }

  private boolean step(
      Stage stage, Instruction.Copy copy, Path root, boolean fromImage, Path scratch)
      throws IOException {
    if (copy.flags().parents() && !kit) {
      throw BuildKitOnly.flag("--parents");
    }
    if (copy.flags().keepGitDir() && !kit) {
      throw BuildKitOnly.flag("--keep-git-dir");
    }
    if (copy.flags().unpack() != null && !kit) {
      throw BuildKitOnly.flag("--unpack");
    }
    stage.line(copy.source().text() + " # buildkit");
    ConfigEdit edit = stage.edit();
    String keyword = copy.add() ? "ADD" : "COPY";
    String said = edit.expand(copy.destination());
    String destination = destination(stage, said);
    List<CopySource> found = sources.find(copy, edit, root, fromImage, scratch);
    if (found.size() > 1 && !destination.endsWith("/")) {
      if (!kit) {
        throw new InvalidParameter(
            "When using "
                + keyword
                + " with more than one source file, the destination must be a directory and end"
                + " with a /");
      }
      destination += "/";
    }
    IgnoreFile excludes =
        IgnoreFile.of(copy.flags().excludes().stream().map(edit::expand).toList());
    String chown = edit.expand(copy.flags().chown());
    String chmod = edit.expand(copy.flags().chmod());
    IntUnaryOperator mode = FileMode.parse(chmod, kit);
    boolean keepsOwners = fromImage && chown.isEmpty();
    String hash = new ContentHash(tools.sys(), excludes, keepsOwners).of(found);
    ContainerConfig command =
        stage.nop(
            "#(nop) " + keyword + flags(chown, copy, edit) + " " + hash + " in " + said + " ");
    if (cache.spares(stage, command)) {
      return true;
    }
    try (WorkLayer work = WorkLayer.open(tools.layers(), chain(stage))) {
      TreeCopy.@Nullable Owner owner =
          chown.isEmpty()
              ? (fromImage ? null : new TreeCopy.Owner(0, 0))
              : new Accounts(tools.sys(), work.root(), kit).owner(chown);
      Directories made = new Directories(tools.sys(), owner, directoryMode(chmod));
      place(copy, found, destination, work.root(), owner, mode, excludes, made);
      StagedLayer staged = ChangedLayer.stage(tools.layers(), work.id());
      stage.image(steps.keep(stage.image(), stage.platform(), stage.step(command), staged));
    }
    return false;
  }

  private static @Nullable ChainId chain(Stage stage) {
    Image image = stage.image();
    return image == null ? null : image.chainId();
  }

  private static String flags(String chown, Instruction.Copy copy, ConfigEdit edit) {
    StringBuilder flags = new StringBuilder();
    if (!chown.isEmpty()) {
      flags.append(" --chown=").append(chown);
    }
    if (!copy.flags().chmod().isEmpty()) {
      flags.append(" --chmod=").append(edit.expand(copy.flags().chmod()));
    }
    for (String exclude : copy.flags().excludes()) {
      flags.append(" --exclude=").append(edit.expand(exclude));
    }
    if (copy.flags().parents()) {
      flags.append(" --parents=").append(copy.sources().stream().map(edit::expand).toList());
    }
    if (copy.flags().unpack() != null) {
      flags.append(" --unpack=").append(copy.flags().unpack());
    }
    return flags.toString();
  }

  private static String destination(Stage stage, String text) {
    boolean directory =
        text.endsWith("/") || text.endsWith("/.") || text.equals(".") || text.endsWith("/..");
    String path = ImagePath.below(stage.config().workingDir(), text);
    return directory && !path.endsWith("/") ? path + "/" : path;
  }

  /** BuildKit makes directories on the way as it makes what is copied. */
  private int directoryMode(String chmod) {
    return kit && FileMode.isNumber(chmod) ? Integer.parseInt(chmod, 8) : 0755;
  }

  private void place(
      Instruction.Copy copy,
      List<CopySource> sources,
      String path,
      Path root,
      TreeCopy.@Nullable Owner owner,
      @Nullable IntUnaryOperator mode,
      IgnoreFile excludes,
      Directories made)
      throws IOException {
    for (CopySource source : sources) {
      int prefix = source.host().length + 1;
      TreeCopy.Options options =
          new TreeCopy.Options(
              owner,
              mode,
              (name, _) ->
                  !excludes.isEmpty()
                      && name.length > prefix
                      && excludes.excludes(
                          new String(name, prefix, name.length - prefix, StandardCharsets.UTF_8)),
              false);
      String to = source.below().isEmpty() ? path : path + "/" + source.below() + "/";
      Destination destination = new Destination(tools.sys(), root, to, options, made);
      boolean unpacks = copy.add() && !Boolean.FALSE.equals(copy.flags().unpack());
      if (unpacks && source.unpackable() && source.stat().isRegular() && isTar(source)) {
        destination.unpack(source);
      } else {
        destination.add(source);
      }
    }
  }

  private static boolean isTar(CopySource source) {
    return TarProbe.isTar(Path.of(new String(source.host(), StandardCharsets.UTF_8)));
  }
}
