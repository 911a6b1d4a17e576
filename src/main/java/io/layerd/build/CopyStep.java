package io.layerd.build;

import io.layerd.dockerfile.ConfigEdit;
import io.layerd.dockerfile.HereDoc;
import io.layerd.dockerfile.ImagePath;
import io.layerd.dockerfile.Instruction;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.spec.ContainerConfig;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COPY and ADD. */
final class CopyStep {
  private final Tools tools;
  private final StepImages steps;
  private final StepCache cache;
  private final BuildReport report;
  private final boolean kit;

  CopyStep(Tools tools, StepImages steps, StepCache cache, BuildReport report, boolean kit) {
    this.tools = tools;
    this.steps = steps;
    this.cache = cache;
    this.report = report;
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
    if (copy.flags().keepGitDir()) {
      throw BuildKitOnly.flag("--keep-git-dir");
    }
    stage.line(copy.source().text() + " # buildkit");
    ConfigEdit edit = stage.edit();
    String keyword = copy.add() ? "ADD" : "COPY";
    String said = edit.expand(copy.destination());
    String destination = destination(stage, said);
    List<CopySource> sources = sources(keyword, copy, edit, root, fromImage, scratch);
    if (sources.size() > 1 && !destination.endsWith("/")) {
      throw new InvalidParameter(
          "When using "
              + keyword
              + " with more than one source file, the destination must be a directory and end"
              + " with a /");
    }
    IgnoreFile excludes =
        IgnoreFile.of(copy.flags().excludes().stream().map(edit::expand).toList());
    String chown = edit.expand(copy.flags().chown());
    Integer mode = mode(edit.expand(copy.flags().chmod()));
    boolean keepsOwners = fromImage && chown.isEmpty();
    String hash = new ContentHash(tools.sys(), excludes, keepsOwners).of(sources);
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
              : new Accounts(tools.sys(), work.root()).owner(chown);
      place(copy, sources, destination, work.root(), owner, mode, excludes);
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
    return flags.toString();
  }

  private static String destination(Stage stage, String text) {
    boolean directory =
        text.endsWith("/") || text.endsWith("/.") || text.equals(".") || text.endsWith("/..");
    String path = ImagePath.below(stage.config().workingDir(), text);
    return directory && !path.endsWith("/") ? path + "/" : path;
  }

  private List<CopySource> sources(
      String keyword,
      Instruction.Copy copy,
      ConfigEdit edit,
      Path root,
      boolean fromImage,
      Path scratch)
      throws IOException {
    List<String> names = copy.sources().stream().map(edit::expand).toList();
    List<CopySource> sources = new ArrayList<>();
    try {
      SourceFinder finder = new SourceFinder(tools.sys(), root, !fromImage);
      for (String name : names) {
        if (copy.add() && RemoteFile.isUrl(name)) {
          sources.add(
              new RemoteFile(tools.sys(), report)
                  .fetch(name, edit.expand(copy.flags().checksum()), scratch));
        } else {
          sources.addAll(finder.find(List.of(name)));
        }
      }
    } catch (NotFound | InvalidParameter e) {
      if (kit && e instanceof NotFound) {
        throw new NotFound("failed to compute cache key: " + e.getMessage(), e);
      }
      EngineException failed =
          e instanceof NotFound
              ? new NotFound(keyword + " failed: " + e.getMessage(), e)
              : new InvalidParameter(keyword + " failed: " + e.getMessage(), e);
      throw failed;
    }
    for (HereDoc document : copy.inline()) {
      sources.add(inline(document, edit, scratch));
    }
    if (sources.isEmpty()) {
      throw new InvalidParameter(keyword + " failed: no source files were specified");
    }
    return sources;
  }

  private CopySource inline(HereDoc document, ConfigEdit edit, Path scratch) throws IOException {
    Path file = Files.createTempFile(scratch, "inline", "");
    Files.writeString(file, edit.document(document));
    byte[] host = TreePath.bytes(file);
    tools.sys().fchmodat(io.layerd.sys.Sys.AT_FDCWD, host, 0644);
    return new CopySource(
        host,
        tools.sys().lstatat(io.layerd.sys.Sys.AT_FDCWD, host),
        TreePath.bytes(document.name()),
        false);
  }

  private void place(
      Instruction.Copy copy,
      List<CopySource> sources,
      String path,
      Path root,
      TreeCopy.@Nullable Owner owner,
      @Nullable Integer mode,
      IgnoreFile excludes)
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
      Destination destination = new Destination(tools.sys(), root, path, options, owner);
      if (copy.add() && source.unpackable() && source.stat().isRegular() && isTar(source)) {
        destination.unpack(source);
      } else {
        destination.add(source);
      }
    }
  }

  private static boolean isTar(CopySource source) {
    return TarProbe.isTar(Path.of(new String(source.host(), StandardCharsets.UTF_8)));
  }

  private static @Nullable Integer mode(String text) {
    if (text.isEmpty()) {
      return null;
    }
    if (!text.matches("[0-7]{1,4}")) {
      throw new InvalidParameter(
          "invalid chmod parameter: '"
              + text
              + "'. it should be octal string and between 0 and 07777");
    }
    return Integer.parseInt(text, 8);
  }
}
