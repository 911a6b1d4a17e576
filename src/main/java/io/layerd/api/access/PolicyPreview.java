package io.layerd.api.access;

import io.layerd.api.JsonBody;
import io.layerd.api.PathText;
import io.layerd.api.RouteTemplate;
import io.layerd.api.model.CreateBody;
import io.layerd.authorization.Caller;
import io.layerd.authorization.HostReach;
import io.layerd.authorization.Policy;
import io.layerd.authorization.Rule;
import io.layerd.error.EngineException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a policy would say to a request, told without a daemon: what depends on containers, images
 * or volumes that are there is told as a condition.
 */
public final class PolicyPreview {
  /**
   * An answer to one request.
   *
   * @param rule the first that allows it, perhaps on conditions; null if it is refused
   * @param reason of a refusal, as the daemon puts it; else empty
   * @param conditions what else has to be so
   */
  public record Verdict(@Nullable String rule, String reason, List<String> conditions) {
    public Verdict {
      conditions = List.copyOf(conditions);
    }

    public boolean refused() {
      return rule == null;
    }
  }

  private static final Pattern VERSIONED = Pattern.compile("/v[0-9][0-9.]*(/.*)");

  /** Where a container, or who gets into one, could reach the host. */
  private static final Set<String> BOXED =
      Set.of(
          "POST /containers/create",
          "POST /containers/{id}/update",
          "POST /exec/{id}/start",
          "POST /exec/{id}/resize",
          "POST /volumes/create",
          "POST /networks/create",
          "POST /networks/{id}/connect",
          "POST /build",
          "POST /commit");

  private PolicyPreview() {}

  /** Whom the daemon takes the holder of a certificate for. */
  public static Caller caller(X509Certificate certificate) {
    return Callers.of(certificate);
  }

  /**
   * Decides as far as that can be done.
   *
   * @param target path with or without version and query
   * @param body of a container to be created; else empty
   */
  public static Verdict of(
      Policy policy, Caller caller, String method, String target, byte[] body) {
    List<Rule> rules = policy.of(caller);
    if (rules.isEmpty()) {
      return refusal("no rule names this caller");
    }
    String path = path(target);
    if (path == null) {
      return refusal("the path can be read in more than one way");
    }
    List<Rule> routed = rules.stream().filter(rule -> rule.routed(method, path)).toList();
    if (routed.isEmpty()) {
      String names = String.join(", ", rules.stream().map(Rule::name).toList());
      return refusal("%s %s is not allowed by %s".formatted(method, path, names));
    }
    String key = method + " " + RouteTemplate.of(path);
    String first = "";
    Verdict conditional = null;
    for (Rule rule : routed) {
      String reach = rule.hostAccess() ? null : reach(key, body);
      List<String> conditions = conditions(rule, key);
      if (reach != null) {
        first = first.isEmpty() ? reach : first;
      } else if (conditions.isEmpty()) {
        return new Verdict(rule.name(), "", conditions);
      } else if (conditional == null) {
        conditional = new Verdict(rule.name(), "", conditions);
      }
    }
    return conditional == null ? refusal(first) : conditional;
  }

  private static Verdict refusal(String reason) {
    return new Verdict(null, reason, List.of());
  }

  private static @Nullable String path(String target) {
    String path = PathText.decode(target.split("\\?", 2)[0]);
    if (path == null || path.indexOf(';') >= 0 || path.indexOf('\\') >= 0) {
      return null;
    }
    Matcher versioned = VERSIONED.matcher(path);
    return versioned.matches() ? versioned.group(1) : path;
  }

  /** What in a container's configuration reaches the host; null for nothing. */
  private static @Nullable String reach(String key, byte[] body) {
    if (key.contains("/checkpoints")) {
      return RuleCheck.NO_CHECKPOINTS;
    }
    if (!key.equals("POST /containers/create") || body.length == 0) {
      return null;
    }
    try {
      CreateBody create = JsonBody.read(body, "application/json", CreateBody.class);
      String reach = create.host() == null ? null : HostReach.of(create.host());
      return reach == null ? null : "host access is not allowed: " + reach;
    } catch (EngineException e) {
      return e.getMessage();
    }
  }

  private static List<String> conditions(Rule rule, String key) {
    List<String> conditions = new ArrayList<>();
    if (!rule.hostAccess() && (BOXED.contains(key) || RuleCheck.INSIDE.contains(key))) {
      conditions.add("what it makes or reaches into stays in its box");
    }
    if (!rule.images().isEmpty()) {
      conditions.add(
          "its images are among "
              + String.join(", ", rule.images().stream().map(Object::toString).toList()));
    }
    rule.labels().forEach((name, value) -> conditions.add("it is labelled " + name + "=" + value));
    return conditions;
  }
}
