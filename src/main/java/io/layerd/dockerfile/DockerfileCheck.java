package io.layerd.dockerfile;

import io.layerd.dockerfile.CheckRule.Finding;
import io.layerd.dockerfile.Instruction.CommandLine;
import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for what works in a Dockerfile and should be written otherwise. */
public final class DockerfileCheck {
  private static final Pattern AS =
      Pattern.compile("\\s(as)\\s+(\\S+)\\s*$", Pattern.CASE_INSENSITIVE);
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret"
              + "|token)(?:_|$)");
  private static final Pattern NO_SECRET = Pattern.compile("(?i)(?:_|^)(?:public)(?:_|$)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-zA-Z_][a-zA-Z0-9_]*)");
  private static final Set<String> PLATFORM_ARGS =
      Set.of(
          "BUILDPLATFORM",
          "BUILDOS",
          "BUILDOSVERSION",
          "BUILDARCH",
          "BUILDVARIANT",
          "TARGETPLATFORM",
          "TARGETOS",
          "TARGETOSVERSION",
          "TARGETARCH",
          "TARGETVARIANT",
          "TARGETSTAGE");

  /** A name of an image or of a stage. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/|\\[[0-9a-f:]+](?::[0-9]+)?/)?"
              + "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
              + "(?::\\w[\\w.-]{0,127})?(?:@[a-zA-Z0-9+._-]+:[0-9a-fA-F]{32,})?");

  private static final Set<String> RESERVED = Set.of("context", "scratch");

  private final Dockerfile file;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<String> absolute = new HashSet<>();

  private DockerfileCheck(Dockerfile file) {
    this.file = file;
  }

  /** What there is to be said, in no order that matters. */
  public static List<Finding> of(Dockerfile file) {
    return of(file, _ -> true);
  }

  /**
   * @param needed whether what a stage does matters, by its number
   */
  public static List<Finding> of(Dockerfile file, IntPredicate needed) {
    DockerfileCheck check = new DockerfileCheck(file);
    file.emptyContinuations()
        .forEach(
            line -> check.say(CheckRule.NO_EMPTY_CONTINUATION, "Empty continuation line", line));
    Set<String> names = new HashSet<>();
    for (Dockerfile.Stage stage : file.stages()) {
      check.from(stage.from(), names);
      check.maintainers(stage);
      if (needed.test(file.stages().indexOf(stage))) {
        check.stage(stage);
      }
    }
    check.casing();
    return List.copyOf(check.findings);
  }

  private void say(CheckRule rule, String detail, int line) {
    findings.add(new Finding(rule, detail, line));
  }

  private static String keyword(Instruction instruction) {
    return instruction.source().text().split("\\s", 2)[0];
  }

  private void casing() {
    List<Instruction> all = new ArrayList<>(file.globalArgs());
    for (Dockerfile.Stage stage : file.stages()) {
      all.add(stage.from());
      all.addAll(stage.instructions());
    }
    long lower = all.stream().filter(each -> isLower(keyword(each))).count();
    long upper = all.stream().filter(each -> isUpper(keyword(each))).count();
    boolean wantLower = lower > upper;
    for (Instruction each : all) {
      String keyword = keyword(each);
      if (wantLower ? !isLower(keyword) : !isUpper(keyword)) {
        say(
            CheckRule.CONSISTENT_INSTRUCTION_CASING,
            "Command '%s' should match the case of the command majority (%s)"
                .formatted(keyword, wantLower ? "lowercase" : "uppercase"),
            each.source().line());
      }
    }
  }

  private static boolean isLower(String word) {
    return word.equals(word.toLowerCase(Locale.ROOT));
  }

  private static boolean isUpper(String word) {
    return word.equals(word.toUpperCase(Locale.ROOT));
  }

  private void from(Instruction.From from, Set<String> names) {
    int line = from.source().line();
    Matcher as = AS.matcher(from.source().text());
    if (as.find()) {
      String name = as.group(2);
      if (!isLower(name)) {
        say(CheckRule.STAGE_NAME_CASING, "Stage name '" + name + "' should be lowercase", line);
      }
      String word = as.group(1);
      String keyword = keyword(from);
      if (isLower(keyword) != isLower(word) || isUpper(keyword) != isUpper(word)) {
        say(
            CheckRule.FROM_AS_CASING,
            "'%s' and '%s' keywords' casing do not match".formatted(word, keyword),
            line);
      }
      if (RESERVED.contains(from.name())) {
        say(
            CheckRule.RESERVED_STAGE_NAME,
            "Stage name should not use the same name as reserved stage \"" + from.name() + "\"",
            line);
      }
      if (!names.add(from.name())) {
        say(
            CheckRule.DUPLICATE_STAGE_NAME,
            "Duplicate stage name \"" + from.name() + "\", stage names should be unique",
            line);
      }
    }
    platform(from, line);
    defaults(from, names, line);
    Matcher variables = VARIABLE.matcher(from.base());
    while (variables.find()) {
      String name = variables.group(1);
      boolean known =
          PLATFORM_ARGS.contains(name)
              || file.globalArgs().stream()
                  .flatMap(arg -> arg.pairs().stream())
                  .anyMatch(pair -> pair.name().equals(name));
      if (!known) {
        say(CheckRule.UNDEFINED_ARG_IN_FROM, "FROM argument '" + name + "' is not declared", line);
      }
    }
  }

  /** Whether the name means something if nobody gives values to arguments. */
  private void defaults(Instruction.From from, Set<String> stages, int line) {
    Map<String, @Nullable String> known = new HashMap<>();
    Substitution values =
        new Substitution(
            file.escape(), name -> PLATFORM_ARGS.contains(name) ? "any" : known.get(name));
    String name;
    try {
      for (Instruction.Arg arg : file.globalArgs()) {
        for (Instruction.Pair pair : arg.pairs()) {
          known.put(pair.name(), pair.value() == null ? "" : values.word(pair.value()));
        }
      }
      name = values.word(from.base());
    } catch (InvalidParameter e) {
      return; // the build says it
    }
    if (!IMAGE.matcher(name).matches() && !stages.contains(name.toLowerCase(Locale.ROOT))) {
      say(
          CheckRule.INVALID_DEFAULT_ARG_IN_FROM,
          "Default value for ARG " + from.base() + " results in empty or invalid base image name",
          line);
    }
  }

  private void platform(Instruction.From from, int line) {
    String platform = from.platform();
    if (platform.matches("\\$(TARGETPLATFORM|\\{TARGETPLATFORM})")) {
      say(
          CheckRule.REDUNDANT_TARGET_PLATFORM,
          "Setting platform to predefined "
              + platform
              + " in FROM is redundant as this is the default behavior",
          line);
    } else if (!platform.isEmpty() && platform.indexOf('$') < 0) {
      boolean named =
          List.of(platform.split("/")).stream()
              .anyMatch(part -> from.name().contains(part.toLowerCase(Locale.ROOT)));
      if (!named) {
        say(
            CheckRule.FROM_PLATFORM_FLAG_CONST_DISALLOWED,
            "FROM --platform flag should not use constant value \"" + platform + "\"",
            line);
      }
    }
  }

  private void maintainers(Dockerfile.Stage stage) {
    for (Instruction instruction : stage.instructions()) {
      if (instruction instanceof Instruction.Maintainer) {
        say(
            CheckRule.MAINTAINER_DEPRECATED,
            "Maintainer instruction is deprecated in favor of using label",
            instruction.source().line());
      }
    }
  }

  private void stage(Dockerfile.Stage stage) {
    boolean shell = stage.instructions().stream().anyMatch(Instruction.Shell.class::isInstance);
    boolean workDir = absolute.contains(stage.from().base().toLowerCase(Locale.ROOT));
    Map<String, Integer> last = new HashMap<>();
    for (Instruction instruction : stage.instructions()) {
      int line = instruction.source().line();
      switch (instruction) {
        case Instruction.Arg arg -> secrets("ARG", arg.pairs(), line);
        case Instruction.Env env -> {
          secrets("ENV", env.pairs(), line);
          legacy("ENV", env.source());
        }
        case Instruction.Label label -> legacy("LABEL", label.source());
        case Instruction.WorkDir directory -> {
          if (!workDir && !directory.path().startsWith("/") && !directory.path().startsWith("$")) {
            say(
                CheckRule.WORKDIR_RELATIVE_PATH,
                "Relative workdir \""
                    + directory.path()
                    + "\" can have unexpected results if the base image changes",
                line);
          }
          workDir = true;
        }
        case Instruction.Cmd cmd -> command("CMD", cmd.command(), shell, line, last);
        case Instruction.Entrypoint entry ->
            command("ENTRYPOINT", entry.command(), shell, line, last);
        case Instruction.HealthCheck _ -> onlyOne("HEALTHCHECK", line, last);
        case Instruction.Expose expose -> ports(expose);
        default -> {}
      }
    }
    if (workDir && !stage.from().name().isEmpty()) {
      absolute.add(stage.from().name());
    }
  }

  private void secrets(String keyword, List<Instruction.Pair> pairs, int line) {
    for (Instruction.Pair pair : pairs) {
      if (SECRET.matcher(pair.name()).find() && !NO_SECRET.matcher(pair.name()).find()) {
        say(
            CheckRule.SECRETS_USED_IN_ARG_OR_ENV,
            "Do not use ARG or ENV instructions for sensitive data (%s \"%s\")"
                .formatted(keyword, pair.name()),
            line);
      }
    }
  }

  private void legacy(String keyword, Source source) {
    String[] words = source.text().split("\\s+", 3);
    if (words.length > 2 && words[1].indexOf('=') < 0) {
      say(
          CheckRule.LEGACY_KEY_VALUE_FORMAT,
          "\"%s key=value\" should be used instead of legacy \"%s key value\" format"
              .formatted(keyword, keyword),
          source.line());
    }
  }

  private void command(
      String keyword, CommandLine command, boolean shell, int line, Map<String, Integer> last) {
    if (command.shell() && !shell) {
      say(
          CheckRule.JSON_ARGS_RECOMMENDED,
          "JSON arguments recommended for "
              + keyword
              + " to prevent unintended behavior related to OS signals",
          line);
    }
    onlyOne(keyword, line, last);
  }

  private void onlyOne(String keyword, int line, Map<String, Integer> last) {
    Integer before = last.put(keyword, line);
    if (before != null) {
      say(
          CheckRule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
          "Multiple "
              + keyword
              + " instructions should not be used in the same stage because only the last one will"
              + " be used",
          before);
    }
  }

  private void ports(Instruction.Expose expose) {
    for (String port : expose.ports()) {
      int slash = port.indexOf('/');
      if (slash >= 0 && !isLower(port.substring(slash)) && port.indexOf('$') < 0) {
        say(
            CheckRule.EXPOSE_PROTO_CASING,
            "Defined protocol '" + port + "' in EXPOSE instruction should be lowercase",
            expose.source().line());
      }
    }
  }
}
