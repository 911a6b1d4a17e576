package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The {@code changes} of commit and import: Dockerfile instructions that change a configuration and
 * nothing else.
 */
public final class ConfigChanges {
  private static final Set<String> VALID =
      Set.of(
          "CMD",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "HEALTHCHECK",
          "LABEL",
          "ONBUILD",
          "STOPSIGNAL",
          "USER",
          "VOLUME",
          "WORKDIR");

  private ConfigChanges() {}

  /**
   * A configuration with changes made to it, in their order. Variables of the configuration can be
   * used in them.
   *
   * @param changes instructions, which may go on from one text to the next; none is fine
   * @throws InvalidParameter in dockerd's words
   */
  public static ContainerConfig apply(ContainerConfig base, List<String> changes) {
    if (changes.isEmpty()) {
      return base;
    }
    List<String> lines = List.of(String.join("\n", changes).split("\r?\n", -1));
    char escape = Directives.of(lines).escape();
    List<Source> sources = new LineReader(lines, escape).read();
    if (sources.isEmpty()) {
      throw new InvalidParameter("file with no instructions");
    }
    for (Source source : sources) {
      String name = source.text().split("\\s", 2)[0];
      if (!VALID.contains(name.toUpperCase(Locale.ROOT))) {
        throw new InvalidParameter(name + " is not a valid change command");
      }
    }
    ConfigEdit edit = new ConfigEdit(base, escape, _ -> null);
    for (Source source : sources) {
      var unused = edit.apply(new InstructionParser(new Place("", source), escape).parse());
    }
    return edit.config();
  }
}
