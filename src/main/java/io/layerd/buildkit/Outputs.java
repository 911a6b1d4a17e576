package io.layerd.buildkit;

import io.layerd.build.Builder;
import io.layerd.build.Builder.MountedImage;
import io.layerd.build.Workspace;
import io.layerd.error.EngineException;
import io.layerd.image.ImageService;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings what was built to where the client wants it. */
final class Outputs {
  private static final Set<String> KNOWN = Set.of("moby", "image", "docker", "oci", "local", "tar");

  private final Builder builder;
  private final ImageOutput images;
  private final Sessions sessions;

  Outputs(Builder builder, ImageService images, Sessions sessions) {
    this.builder = builder;
    this.images = new ImageOutput(images, sessions);
    this.sessions = sessions;
  }

  /** One output: its kind and its attributes. */
  record Wanted(String type, Map<String, String> attributes) {}

  /**
   * The outputs of a {@code SolveRequest}.
   *
   * @throws RpcException with a sentence for what is not offered
   */
  static List<Wanted> of(WireMessage request) throws RpcException {
    List<Wanted> wanted = new ArrayList<>();
    for (WireMessage exporter : request.messages(13)) {
      wanted.add(new Wanted(exporter.text(1), exporter.map(2)));
    }
    if (wanted.isEmpty() && !request.text(3).isEmpty()) {
      wanted.add(new Wanted(request.text(3), request.map(4)));
    }
    for (Wanted output : wanted) {
      if (!KNOWN.contains(output.type())) {
        throw new RpcException(
            RpcException.UNKNOWN, "exporter \"" + output.type() + "\" could not be found");
      }
      try {
        if (List.of("moby", "image", "docker", "oci").contains(output.type())) {
          ImageOutput.check(output);
        }
      } catch (EngineException e) {
        throw new RpcException(RpcException.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      }
    }
    return wanted;
  }

  /**
   * @return what the client is told of the outputs
   */
  Map<String, String> write(Solve solve, Solve.Result result, List<Wanted> wanted)
      throws RpcException, InterruptedException {
    Map<String, String> told = new LinkedHashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      Wanted output = wanted.get(i);
      String name =
          switch (output.type()) {
            case "moby", "image" -> "exporting to image";
            case "docker" -> "exporting to docker image format";
            case "oci" -> "exporting to oci image format";
            case "local" -> "exporting to client directory";
            case "tar" -> "exporting to client tarball";
            default ->
                throw new RpcException(
                    RpcException.UNIMPLEMENTED,
                    "layerd does not offer outputs of type " + output.type());
          };
      Vertex vertex = Vertex.begin(solve.log(), solve.ref() + " output " + i, name);
      try {
        switch (output.type()) {
          case "local" -> local(solve, result, vertex, i);
          case "tar" -> tar(solve, result, vertex, i);
          case "docker", "oci" -> told.putAll(archive(solve, result, output, vertex, i));
          default -> told.putAll(images.keep(solve, result, output, vertex));
        }
        vertex.end();
      } catch (EngineException e) {
        vertex.end(e.getMessage());
        throw new RpcException(RpcException.UNKNOWN, String.valueOf(e.getMessage()));
      } catch (RpcException e) {
        vertex.end(e.text());
        throw e;
      }
    }
    return told;
  }

  private static Map<String, List<String>> headers(int number) {
    return Map.of("buildkit-attachable-exporter-id", List.of(Integer.toString(number)));
  }

  private void local(Solve solve, Solve.Result result, Vertex vertex, int number)
      throws RpcException, InterruptedException {
    Session session = sessions.await(solve.session());
    try (Workspace workspace = builder.workspace();
        MountedImage files = builder.mount(result.image())) {
      RpcStream stream = new SessionFiles(session, workspace).send(headers(number));
      vertex.progress("copying files", 0, 0, false);
      new FileSender(workspace.sys(), files.root(), stream).send();
      vertex.progress("copying files", 0, 0, true);
    }
  }

  private Map<String, String> archive(
      Solve solve, Solve.Result result, Wanted output, Vertex vertex, int number)
      throws RpcException, InterruptedException {
    Session session = sessions.await(solve.session());
    try (Workspace workspace = builder.workspace()) {
      RpcStream stream = new SessionFiles(session, workspace).send(headers(number));
      return images.send(result, output, stream, vertex);
    }
  }

  private void tar(Solve solve, Solve.Result result, Vertex vertex, int number)
      throws RpcException, InterruptedException {
    Session session = sessions.await(solve.session());
    try (Workspace workspace = builder.workspace();
        MountedImage files = builder.mount(result.image())) {
      RpcStream stream = new SessionFiles(session, workspace).send(headers(number));
      vertex.progress("sending tarball", 0, 0, false);
      long bytes = TarSender.send(workspace.sys(), files.root(), stream);
      vertex.progress("sending tarball", bytes, 0, true);
    }
  }
}
