package io.layerd.buildkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.spec.SpecJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a build was made of and how it was asked for: an in-toto predicate, SLSA's provenance 0.2.
 * Collected while the build goes on, by any thread.
 */
final class Provenance {
  static final String PREDICATE = "https://slsa.dev/provenance/v0.2";
  private static final String KIT = "https://mobyproject.org/buildkit@v1";

  /** Options of the frontend that are told elsewhere, or are of this connection alone. */
  private static final Pattern NO_PARAMETER =
      Pattern.compile(
          "filename|source|cmdline|requestid|frontend\\.caps|context|context:.*|contextkey|dockerfilekey"
              + "|localsessionid.*|cache-imports|cache-from|image-resolve-mode|vcs:.*|attest:.*"
              + "|platform|multi-platform");

  private final Map<String, String> options = new TreeMap<>();
  private final Set<String> images = new TreeSet<>();
  private final Map<String, String> files = new TreeMap<>();
  private final Map<String, Boolean> secrets = new TreeMap<>();
  private final Map<String, Boolean> agents = new TreeMap<>();

  /** The frontend's options. */
  synchronized void asked(Map<String, String> given) {
    options.putAll(given);
  }

  synchronized void image(String name) {
    images.add(name);
  }

  synchronized void file(String url, String digest) {
    files.put(url, digest);
  }

  /** Which secrets and agents the steps of stages want. */
  synchronized void mounts(Dockerfile file, Set<Integer> stages) {
    for (int stage : stages) {
      for (Instruction instruction : file.stages().get(stage).instructions()) {
        if (instruction instanceof Instruction.Run run) {
          run.mounts().forEach(this::mount);
        }
      }
    }
  }

  private void mount(String flag) {
    Map<String, String> fields = new TreeMap<>();
    Arrays.stream(flag.split(","))
        .map(field -> field.split("=", 2))
        .forEach(field -> fields.put(field[0], field.length < 2 ? "true" : field[1]));
    boolean optional = !fields.getOrDefault("required", "false").equals("true");
    String target = fields.getOrDefault("target", fields.getOrDefault("dst", ""));
    String id = fields.getOrDefault("id", target.substring(target.lastIndexOf('/') + 1));
    switch (fields.getOrDefault("type", "bind")) {
      case "secret" -> secrets.put(id, optional);
      case "ssh" -> agents.put(fields.getOrDefault("id", "default"), optional);
      default -> {} // says nothing that is not in the Dockerfile
    }
  }

  /** The predicate as JSON. */
  synchronized byte[] write(ImageService store, String ref, Instant began, Instant ended) {
    ObjectNode json = SpecJson.MAPPER.createObjectNode();
    json.putObject("builder").put("id", "");
    json.put("buildType", KIT);
    materials(store, json.putArray("materials"));
    ObjectNode invocation = json.putObject("invocation");
    ObjectNode source = invocation.putObject("configSource");
    String context = options.getOrDefault("context", "");
    if (!context.isEmpty()) {
      source.put("uri", context);
    }
    source.put("entryPoint", options.getOrDefault("filename", "Dockerfile"));
    parameters(invocation.putObject("parameters"), context.isEmpty());
    invocation.putObject("environment").put("platform", platform());
    ObjectNode metadata = json.putObject("metadata");
    metadata.put("buildInvocationID", ref);
    metadata.put("buildStartedOn", began.toString()).put("buildFinishedOn", ended.toString());
    ObjectNode complete = metadata.putObject("completeness");
    complete.put("parameters", true).put("environment", true).put("materials", false);
    metadata.put("reproducible", false);
    try {
      return SpecJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String platform() {
    Platform host = Platform.host();
    return host.os() + "/" + host.architecture();
  }

  private void materials(ImageService store, ArrayNode materials) {
    Map<String, String> all = new TreeMap<>();
    for (String name : images) {
      Image image = store.find(name).orElse(null);
      ChainId chain = image == null ? null : image.chainId();
      if (chain != null) {
        all.put(packageUrl(name), chain.digest().hex());
      }
    }
    all.forEach((uri, digest) -> material(materials, uri, digest));
    files.forEach((url, digest) -> material(materials, url, digest.replace("sha256:", "")));
  }

  private static void material(ArrayNode materials, String uri, String digest) {
    materials.addObject().put("uri", uri).putObject("digest").put("sha256", digest);
  }

  private static String packageUrl(String name) {
    String familiar = Reference.parse(name).tagged().familiar();
    int colon = familiar.lastIndexOf(':');
    return "pkg:docker/"
        + familiar.substring(0, colon)
        + "@"
        + familiar.substring(colon + 1)
        + "?platform="
        + URLEncoder.encode(platform(), StandardCharsets.UTF_8);
  }

  private void parameters(ObjectNode parameters, boolean local) {
    parameters.put("frontend", "dockerfile.v0");
    ObjectNode args = SpecJson.MAPPER.createObjectNode();
    options.forEach(
        (name, value) -> {
          if (!NO_PARAMETER.matcher(name).matches()) {
            args.put(name, value);
          }
        });
    if (!args.isEmpty()) {
      parameters.set("args", args);
    }
    ids(parameters, "secrets", secrets);
    ids(parameters, "ssh", agents);
    if (local) {
      ArrayNode locals = parameters.putArray("locals");
      locals.addObject().put("name", "context");
      locals.addObject().put("name", "dockerfile");
    }
  }

  private static void ids(ObjectNode parameters, String name, Map<String, Boolean> ids) {
    if (!ids.isEmpty()) {
      ArrayNode all = parameters.putArray(name);
      ids.forEach(
          (id, optional) -> {
            ObjectNode one = all.addObject().put("id", id);
            if (optional) {
              one.put("optional", true);
            }
          });
    }
  }
}
