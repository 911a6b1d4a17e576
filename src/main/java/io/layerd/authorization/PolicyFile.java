package io.layerd.authorization;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a policy: JSON without a key that is unknown, said twice, or of another type. */
public final class PolicyFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private PolicyFile() {}

  /**
   * @throws InvalidParameter that says where it is wrong
   */
  public static Policy parse(String text) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter(
          "invalid JSON: "
              + e.getOriginalMessage()
              + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")"),
          e);
    }
    known(tree, "the policy", "rules");
    List<Rule> rules = new ArrayList<>();
    for (JsonNode rule : array(tree.get("rules"), "rules")) {
      rules.add(rule(rule, "rules[" + rules.size() + "]"));
    }
    return new Policy(rules);
  }

  private static Rule rule(JsonNode tree, String place) {
    known(tree, place, "name", "who", "role", "routes", "host-access", "images", "labels");
    List<Who> who = list(tree, "who", place, one -> who(one, place + ".who"));
    if (who.isEmpty()) {
      throw wrong(place, "says nobody in \"who\"");
    }
    Role role = role(tree.get("role"), place);
    List<RoutePattern> routes =
        list(tree, "routes", place, one -> RoutePattern.parse(text(one, place + ".routes")));
    if ((role == null) == routes.isEmpty()) {
      throw wrong(place, "must have either \"role\" or \"routes\"");
    }
    JsonNode access = tree.get("host-access");
    if (access != null && (!access.isBoolean() || role != null)) {
      throw wrong(place, "\"host-access\" is true or false, and goes with \"routes\" only");
    }
    String name = tree.has("name") ? text(tree.get("name"), place + ".name") : place;
    return new Rule(
        name,
        who,
        role,
        routes,
        role == null ? access != null && access.asBoolean() : role == Role.ADMIN,
        list(tree, "images", place, one -> ImagePattern.parse(text(one, place + ".images"))),
        labels(tree.get("labels"), place));
  }

  private static Who who(JsonNode tree, String place) {
    known(tree, place, "cn", "ou", "san", "uid", "gid", "anyone");
    if (tree.isEmpty()) {
      throw wrong(place, "is empty");
    }
    JsonNode anyone = tree.get("anyone");
    if (anyone != null && (!anyone.isBoolean() || !anyone.asBoolean() || tree.size() > 1)) {
      throw wrong(place, "\"anyone\" is true and stands alone");
    }
    boolean certificate = tree.has("cn") || tree.has("ou") || tree.has("san");
    if (certificate && (tree.has("uid") || tree.has("gid"))) {
      throw wrong(place, "nobody has both a certificate and a uid or gid");
    }
    return new Who(
        textOrNull(tree, "cn", place),
        textOrNull(tree, "ou", place),
        textOrNull(tree, "san", place),
        idOrNull(tree, "uid", place),
        idOrNull(tree, "gid", place),
        anyone != null);
  }

  private static @Nullable Role role(@Nullable JsonNode tree, String place) {
    if (tree == null) {
      return null;
    }
    String word = text(tree, place + ".role");
    for (Role role : Role.values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw wrong(place, "unknown role \"" + word + "\"");
  }

  private static Map<String, String> labels(@Nullable JsonNode tree, String place) {
    Map<String, String> labels = new LinkedHashMap<>();
    if (tree != null) {
      if (!tree.isObject() || tree.isEmpty()) {
        throw wrong(place, "\"labels\" must be an object that holds labels");
      }
      tree.properties()
          .forEach(entry -> labels.put(entry.getKey(), text(entry.getValue(), place + ".labels")));
    }
    return labels;
  }

  private static <T> List<T> list(
      JsonNode tree, String key, String place, Function<JsonNode, T> read) {
    List<T> list = new ArrayList<>();
    if (tree.has(key)) {
      for (JsonNode one : array(tree.get(key), place + "." + key)) {
        try {
          list.add(read.apply(one));
        } catch (InvalidParameter e) {
          throw e.getMessage().startsWith("rules[") ? e : wrong(place, e.getMessage());
        }
      }
      if (list.isEmpty()) {
        throw wrong(place, "\"" + key + "\" is empty");
      }
    }
    return list;
  }

  private static JsonNode array(@Nullable JsonNode node, String place) {
    if (node == null || !node.isArray()) {
      throw wrong(place, "must be an array");
    }
    return node;
  }

  private static String text(JsonNode node, String place) {
    if (!node.isTextual() || node.asText().isEmpty()) {
      throw wrong(place, "must be a text");
    }
    return node.asText();
  }

  private static @Nullable String textOrNull(JsonNode tree, String key, String place) {
    return tree.has(key) ? text(tree.get(key), place + "." + key) : null;
  }

  private static @Nullable Integer idOrNull(JsonNode tree, String key, String place) {
    if (!tree.has(key)) {
      return null;
    }
    JsonNode id = tree.get(key);
    if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0) {
      throw wrong(place + "." + key, "must be a number, not negative");
    }
    return id.asInt();
  }

  private static void known(JsonNode tree, String place, String... keys) {
    if (tree == null || !tree.isObject()) {
      throw wrong(place, "must be an object");
    }
    tree.fieldNames()
        .forEachRemaining(
            name -> {
              if (!Set.of(keys).contains(name)) {
                throw wrong(place, "unknown key \"" + name + "\"");
              }
            });
  }

  private static InvalidParameter wrong(String place, String what) {
    return new InvalidParameter(place + ": " + what);
  }
}
