package io.layerd.logs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Log tags: text with {@code {{.Field}}}, as much of Go's templates as tags use. */
final class LogTag {
  private static final Pattern ACTION = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?\\}\\}");
  private static final Pattern FIELD = Pattern.compile("\\.([A-Z][A-Za-z]*)");
  private static final String NAME = "log-tag";

  private LogTag() {}

  /**
   * @throws IllegalArgumentException in the words of Go's templates
   */
  static String expand(String template, LogSubject subject) {
    Matcher actions = ACTION.matcher(template);
    StringBuilder text = new StringBuilder();
    int plain = 0;
    while (actions.find()) {
      text.append(template, plain, actions.start());
      plain = actions.end();
      Matcher field = FIELD.matcher(actions.group(1));
      if (!field.matches()) {
        throw new IllegalArgumentException(
            "template: %s:1: unexpected %s in command".formatted(NAME, actions.group(1)));
      }
      String value = value(field.group(1), subject);
      if (value == null) {
        throw new IllegalArgumentException(
            "template: %s:1:%d: executing \"%s\" at <.%s>: can't evaluate field %s in type *logger.Info"
                .formatted(NAME, actions.start() + 2, NAME, field.group(1), field.group(1)));
      }
      text.append(value);
    }
    String rest = template.substring(plain);
    if (rest.contains("{{")) {
      throw new IllegalArgumentException("template: " + NAME + ":1: unclosed action");
    }
    return text.append(rest).toString();
  }

  private static @Nullable String value(String field, LogSubject subject) {
    return switch (field) {
      case "ID" -> subject.shortId();
      case "FullID", "ContainerID" -> subject.id();
      case "Name", "ContainerName" -> subject.name();
      case "ImageName", "ContainerImageName" -> subject.image();
      case "ImageID" -> subject.shortImageId();
      case "ImageFullID", "ContainerImageID" -> subject.imageId();
      case "Command" -> String.join(" ", subject.command());
      case "DaemonName" -> "docker";
      default -> null;
    };
  }
}
