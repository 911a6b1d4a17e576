package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.ExecRequest;
import io.layerd.spec.SpecJson;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The {@code process.json} of an exec: the container's own process, changed where asked. */
final class ExecSpec {
  private ExecSpec() {}

  static ObjectNode of(Sys sys, Bundle container, ExecRequest request, Capabilities capabilities) {
    ObjectNode process;
    try {
      process =
          (ObjectNode)
              SpecJson.MAPPER.readTree(Files.readAllBytes(container.config())).path("process");
    } catch (IOException | ClassCastException e) {
      throw new SystemFailure(
          "cannot read the bundle of container " + request.containerId() + ": " + e.getMessage(),
          e);
    }
    process.remove("consoleSize");
    process.put("terminal", request.io().tty());
    replace(process.putArray("args"), request.args());
    String user = request.user();
    UserFiles files = UserFiles.read(sys, request.rootfs());
    if (!request.env().isEmpty()) {
      String who =
          user == null || user.isEmpty() ? process.path("user").path("uid").asText("0") : user;
      replace(process.putArray("env"), ProcessUser.withHome(request.env(), who, files));
    }
    if (user != null && !user.isEmpty()) {
      process.set("user", ProcessUser.resolve(user, request.groupAdd(), files).toSpec());
    }
    String directory = request.workingDir();
    if (directory != null && !directory.isEmpty()) {
      process.put("cwd", directory);
    }
    if (request.privileged()) {
      process.set("capabilities", OciSpec.capabilitySets(capabilities.all()));
    }
    return process;
  }

  private static void replace(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }
}
