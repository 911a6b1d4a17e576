package io.layerd.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.api.Params;
import io.layerd.api.PlatformText;
import io.layerd.api.RegistryAuth;
import io.layerd.build.BuildRequest;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The query of POST /build. */
final class BuildParameters {
  /** Query parameters that are numbers of HostConfig. */
  private static final Map<String, String> NUMBERS =
      Map.of(
          "memory", "Memory",
          "memswap", "MemorySwap",
          "cpushares", "CpuShares",
          "cpuperiod", "CpuPeriod",
          "cpuquota", "CpuQuota",
          "shmsize", "ShmSize");

  private final HttpServerRequest request;

  private BuildParameters(HttpServerRequest request) {
    this.request = request;
  }

  /**
   * @throws InvalidParameter for what makes no sense
   */
  static BuildRequest of(HttpServerRequest request) {
    return new BuildParameters(request).read();
  }

  private BuildRequest read() {
    String dockerfile = text("dockerfile");
    List<Reference> tags = new ArrayList<>();
    for (String tag : request.params().getAll("t")) {
      if (!tag.isEmpty()) {
        tags.add(tag(tag));
      }
    }
    return new BuildRequest(
        dockerfile.isEmpty() ? "Dockerfile" : dockerfile,
        tags,
        values("buildargs"),
        labels(),
        list("cachefrom"),
        Params.bool(request.getParam("nocache")),
        List.of(),
        Params.bool(request.getParam("pull")),
        !Params.bool(request.getParam("rm"), true),
        Params.bool(request.getParam("forcerm")),
        Params.bool(request.getParam("squash")),
        text("target"),
        PlatformText.parse(request.getParam("platform")),
        host(),
        AllowedImages.of(request),
        RegistryAuth.decodeAll(request.getHeader("X-Registry-Config")),
        null);
  }

  private static Reference tag(String text) {
    Reference name = Reference.parse(text);
    if (name.digest() != null) {
      throw new InvalidParameter("build tag cannot contain a digest");
    }
    return name.tagged();
  }

  private String text(String name) {
    String value = request.getParam(name);
    return value == null ? "" : value;
  }

  private @Nullable JsonNode json(String name) {
    return json(request, name, "error reading " + name + ": invalid JSON: ");
  }

  /**
   * A parameter that is JSON.
   *
   * @return null if it is absent
   * @throws InvalidParameter with that beginning if it is no JSON
   */
  static @Nullable JsonNode json(HttpServerRequest request, String name, String wrong) {
    String value = request.getParam(name);
    if (value == null || value.isEmpty() || value.equals("null")) {
      return null;
    }
    try {
      return SpecJson.MAPPER.readTree(value);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter(wrong + e.getOriginalMessage(), e);
    }
  }

  private Map<String, @Nullable String> values(String name) {
    Map<String, @Nullable String> values = new LinkedHashMap<>();
    JsonNode object = json(name);
    if (object != null) {
      if (!object.isObject()) {
        throw new InvalidParameter("error reading " + name + ": not a JSON object");
      }
      object
          .properties()
          .forEach(
              entry ->
                  values.put(
                      entry.getKey(),
                      entry.getValue().isNull() ? null : entry.getValue().asText()));
    }
    return values;
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    values("labels").forEach((name, value) -> labels.put(name, value == null ? "" : value));
    return labels;
  }

  private List<String> list(String name) {
    List<String> list = new ArrayList<>();
    JsonNode array = json(name);
    if (array != null) {
      array.forEach(item -> list.add(item.asText()));
    }
    return list;
  }

  /** Limits and surroundings of what RUN starts. */
  private HostConfig host() {
    ObjectNode host = SpecJson.MAPPER.createObjectNode();
    NUMBERS.forEach((query, field) -> host.put(field, number(query)));
    host.put("CpusetCpus", text("cpusetcpus"));
    host.put("CpusetMems", text("cpusetmems"));
    host.put("CgroupParent", text("cgroupparent"));
    host.put("NetworkMode", text("networkmode"));
    List<String> hosts = request.params().getAll("extrahosts");
    if (!hosts.isEmpty()) {
      var array = host.putArray("ExtraHosts");
      hosts.forEach(array::add);
    }
    JsonNode ulimits = json("ulimits");
    if (ulimits != null && ulimits.isArray()) {
      host.set("Ulimits", ulimits);
    }
    return SpecJson.read(host, HostConfig.class);
  }

  private long number(String name) {
    String value = text(name);
    try {
      return value.isEmpty() ? 0 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return 0; // dockerd takes it for none
    }
  }
}
