package io.layerd.dockerfile;

import java.util.Collection;
import java.util.Locale;

/** A rule of {@code docker build --check}, with the name and the words that BuildKit gives it. */
public enum CheckRule {
  NO_EMPTY_CONTINUATION(
      "NoEmptyContinuation", "Empty continuation lines will become errors in a future release"),
  STAGE_NAME_CASING("StageNameCasing", "Stage names should be lowercase"),
  FROM_AS_CASING("FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword"),
  MAINTAINER_DEPRECATED(
      "MaintainerDeprecated",
      "The MAINTAINER instruction is deprecated, use a label instead to define an image author"),
  DUPLICATE_STAGE_NAME("DuplicateStageName", "Stage names should be unique"),
  RESERVED_STAGE_NAME("ReservedStageName", "Reserved words should not be used as stage names"),
  CONSISTENT_INSTRUCTION_CASING(
      "ConsistentInstructionCasing",
      "All commands within the Dockerfile should use the same casing (either upper or lower)"),
  FROM_PLATFORM_FLAG_CONST_DISALLOWED(
      "FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value"),
  REDUNDANT_TARGET_PLATFORM(
      "RedundantTargetPlatform",
      "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default"
          + " behavior"),
  UNDEFINED_ARG_IN_FROM("UndefinedArgInFrom", "FROM command must use declared ARGs"),
  INVALID_DEFAULT_ARG_IN_FROM(
      "InvalidDefaultArgInFrom",
      "Default value for global ARG results in an empty or invalid base image name"),
  SECRETS_USED_IN_ARG_OR_ENV(
      "SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands"),
  LEGACY_KEY_VALUE_FORMAT(
      "LegacyKeyValueFormat",
      "Legacy key/value format with whitespace separator should not be used"),
  WORKDIR_RELATIVE_PATH(
      "WorkdirRelativePath",
      "Relative workdir without an absolute workdir declared within the build can have unexpected"
          + " results if the base image changes"),
  JSON_ARGS_RECOMMENDED(
      "JSONArgsRecommended",
      "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS"
          + " signals"),
  MULTIPLE_INSTRUCTIONS_DISALLOWED(
      "MultipleInstructionsDisallowed",
      "Multiple instructions of the same type should not be used in the same stage"),
  UNDEFINED_VAR("UndefinedVar", "Variables should be defined before their use"),
  EXPOSE_PROTO_CASING("ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase");

  private static final String PAGES = "https://docs.docker.com/go/dockerfile/rule/";

  private final String label;
  private final String description;

  CheckRule(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** As it is shown and skipped by. */
  public String label() {
    return label;
  }

  public String description() {
    return description;
  }

  /** The page that explains it. */
  public String url() {
    return PAGES + name().toLowerCase(Locale.ROOT).replace('_', '-') + "/";
  }

  /** Something in a Dockerfile that the rule speaks against. */
  public record Finding(CheckRule rule, String detail, int line) {
    /**
     * A variable that nothing sets.
     *
     * @param known variables that are set
     */
    public static Finding undefined(String name, Collection<String> known, int line) {
      String hint = Spelling.hint(name, "$", known);
      return new Finding(UNDEFINED_VAR, "Usage of undefined variable '$" + name + "'" + hint, line);
    }
  }
}
