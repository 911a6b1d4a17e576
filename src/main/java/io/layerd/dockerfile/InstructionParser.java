package io.layerd.dockerfile;

import io.layerd.dockerfile.Instruction.CommandLine;
import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns one line into its instruction. */
final class InstructionParser {
  private static final String[] KEYWORDS = {
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR"
  };
  private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9-_.]*");

  private final Place place;
  private final Source source;
  private final char escape;
  private final String keyword;
  private final Flags flags;
  private final String rest;

  InstructionParser(Place place, char escape) {
    this.place = place;
    this.escape = escape;
    source = place.source();
    String[] parts = source.text().split("[\\t\\n\\v\\f\\r ]+", 2);
    keyword = parts[0].toUpperCase(Locale.ROOT);
    String arguments = parts.length == 1 ? "" : parts[1].strip();
    boolean takesFlags = !keyword.equals("ONBUILD");
    flags = takesFlags ? Flags.of(arguments, escape) : new Flags(java.util.Map.of(), arguments);
    rest = flags.rest();
  }

  /**
   * @throws InvalidParameter with file or line
   */
  Instruction parse() {
    try {
      return instruction();
    } catch (Misuse e) {
      throw place.problem(e.text);
    }
  }

  /** A mistake whose place is not known where it is found. */
  static final class Misuse extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final String text;

    Misuse(String text) {
      super(text, null, false, false);
      this.text = text;
    }
  }

  private Instruction instruction() {
    return switch (keyword) {
      case "ADD" -> copy(true);
      case "COPY" -> copy(false);
      case "ARG" -> new Instruction.Arg(source, new PairParser(place, escape).argument(plain()));
      case "ENV" -> new Instruction.Env(source, pairs());
      case "LABEL" -> new Instruction.Label(source, pairs());
      case "CMD" -> new Instruction.Cmd(source, command(plain()));
      case "ENTRYPOINT" -> new Instruction.Entrypoint(source, command(plain()));
      case "RUN" -> run();
      case "EXPOSE" -> new Instruction.Expose(source, some(Words.plain(plain())));
      case "VOLUME" -> new Instruction.Volume(source, some(strings(plain())));
      case "FROM" -> from();
      case "HEALTHCHECK" -> {
        yield new Instruction.HealthCheck(source, new HealthParser(flags).parse(rest));
      }
      case "SHELL" -> shell();
      case "MAINTAINER" -> new Instruction.Maintainer(source, one(plain()));
      case "STOPSIGNAL" -> new Instruction.StopSignal(source, one(plain()));
      case "USER" -> new Instruction.User(source, one(plain()));
      case "WORKDIR" -> new Instruction.WorkDir(source, one(plain()));
      case "ONBUILD" -> onBuild();
      default ->
          throw new Misuse("unknown instruction: " + keyword + Spelling.hint(keyword, KEYWORDS));
    };
  }

  /** The arguments of an instruction without flags. */
  private String plain() {
    flags.allow();
    return rest;
  }

  private String one(String text) {
    if (text.isEmpty()) {
      throw new Misuse(keyword + " requires exactly one argument");
    }
    return text;
  }

  private List<String> some(List<String> words) {
    if (words.isEmpty()) {
      throw new Misuse(keyword + " requires at least one argument");
    }
    return words;
  }

  private List<String> strings(String text) {
    @Nullable List<String> json = json(text);
    return json == null ? Words.plain(text) : json;
  }

  private @Nullable List<String> json(String text) {
    try {
      return Words.json(text);
    } catch (InvalidParameter e) {
      throw place.malformed(e.getMessage());
    }
  }

  private List<Instruction.Pair> pairs() {
    return new PairParser(place, escape).pairs(keyword, plain());
  }

  private CommandLine command(String text) {
    @Nullable List<String> json = json(text);
    return json == null ? new CommandLine(true, List.of(text)) : new CommandLine(false, json);
  }

  private Instruction run() {
    flags.allow("mount", "network", "security");
    CommandLine command =
        source.hereDocs().isEmpty() ? command(rest) : new CommandLine(true, List.of(rest));
    return new Instruction.Run(
        source, command, flags.all("mount"), flags.text("network"), flags.text("security"));
  }

  private Instruction copy(boolean add) {
    if (add) {
      flags.allow("chown", "chmod", "checksum", "exclude", "link", "keep-git-dir", "unpack");
    } else {
      flags.allow("from", "chown", "chmod", "exclude", "link", "parents");
    }
    List<String> words = strings(rest);
    if (words.isEmpty()) {
      throw new Misuse(keyword + " requires at least two arguments");
    }
    if (words.size() == 1) {
      throw new Misuse(
          keyword
              + " requires at least two arguments, but only one was provided. Destination could"
              + " not be determined");
    }
    List<String> sources =
        words.subList(0, words.size() - 1).stream()
            .filter(word -> source.hereDocs().isEmpty() || !LineReader.isHereDoc(word))
            .toList();
    return new Instruction.Copy(
        source,
        add,
        new Instruction.CopyFlags(
            flags.text("from"),
            flags.text("chown"),
            flags.text("chmod"),
            flags.text("checksum"),
            flags.all("exclude"),
            flags.isSet("link"),
            flags.isSet("parents"),
            flags.isSet("keep-git-dir"),
            flags.has("unpack") ? flags.isSet("unpack") : null),
        sources,
        source.hereDocs(),
        words.getLast());
  }

  private Instruction from() {
    flags.allow("platform");
    List<String> words = Words.plain(rest);
    boolean named = words.size() == 3 && words.get(1).equalsIgnoreCase("as");
    if (words.size() != 1 && !named) {
      throw new Misuse("FROM requires either one or three arguments");
    }
    String name = named ? words.get(2).toLowerCase(Locale.ROOT) : "";
    if (named && !STAGE_NAME.matcher(name).matches()) {
      throw new Misuse(
          "invalid name for build stage: \""
              + words.get(2)
              + "\", name can't start with a number or contain symbols");
    }
    return new Instruction.From(source, flags.text("platform"), words.getFirst(), name);
  }

  private Instruction shell() {
    String text = plain();
    @Nullable List<String> json = json(text);
    if (json == null && !text.isEmpty()) {
      throw new Misuse("SHELL requires the arguments to be in JSON form");
    }
    return new Instruction.Shell(source, some(json == null ? List.of() : json));
  }

  private Instruction onBuild() {
    if (rest.isEmpty()) {
      throw new Misuse("ONBUILD requires at least one argument");
    }
    String trigger = rest.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
    switch (trigger) {
      case "ONBUILD" -> throw new Misuse("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
      case "MAINTAINER", "FROM" ->
          throw new Misuse(trigger + " isn't allowed as an ONBUILD trigger");
      default -> {
        // what it says is looked at now, not by those who build on the image
        Source inner = new Source(source.line(), rest, source.hereDocs());
        new InstructionParser(new Place(place.fileName(), inner), escape).parse();
      }
    }
    return new Instruction.OnBuild(source, withHereDocs());
  }

  /** A trigger keeps its here-documents, since it is read again from the image. */
  private String withHereDocs() {
    StringBuilder text = new StringBuilder(rest);
    for (HereDoc document : source.hereDocs()) {
      text.append('\n').append(document.content()).append(document.name());
    }
    return text.toString();
  }
}
