package io.layerd.buildkit;

import io.layerd.build.BuildRequest;
import io.layerd.build.Builder;
import io.layerd.build.Builder.Solved;
import io.layerd.build.ImportedSteps;
import io.layerd.build.Workspace;
import io.layerd.error.EngineException;
import io.layerd.image.ImageService;
import io.layerd.rpc.RpcException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Solves a Dockerfile whose files are at the client. */
final class DockerfileSolve {
  private static final Pattern SYNTAX = Pattern.compile("(?m)\\A\\s*#\\s*syntax\\s*=\\s*(\\S+).*$");

  /** The frontends of the language that is understood here. */
  private static final Pattern OURS =
      Pattern.compile("(docker\\.io/)?docker/dockerfile(-upstream)?(:.*|@.*)?");

  private final Builder builder;
  private final ImageService images;
  private final Sessions sessions;

  DockerfileSolve(Builder builder, ImageService images, Sessions sessions) {
    this.builder = builder;
    this.images = images;
    this.sessions = sessions;
  }

  /**
   * @param options of the frontend
   * @throws RpcException in BuildKit's words
   */
  Solve.Result run(Solve solve, Map<String, String> options)
      throws RpcException, InterruptedException {
    Session session = sessions.await(solve.session());
    KitReport report = new KitReport(solve);
    solve.provenance().asked(options);
    String text = "";
    String name = "";
    try (Workspace workspace = builder.workspace()) {
      FrontendOptions frontend = new FrontendOptions(options);
      frontend.check();
      SessionFiles transfers = new SessionFiles(session, workspace);
      KitFiles files = new KitFiles(solve, transfers, workspace, options, report);
      text = files.dockerfile();
      name = files.dockerfileName();
      checkSyntax(frontend.syntax().isEmpty() ? syntax(text) : frontend.syntax());
      if (!frontend.request().isEmpty()) {
        Map<String, byte[]> answer =
            Subrequests.answer(
                frontend.request(), name, text, frontend.target(), frontend.checks());
        return Solve.Result.of(answer);
      }
      report.lint(
          new Lint(files.definition(), name, text, LintOptions.of(text, frontend.checks())));
      SessionClient client = new SessionClient(session, solve.entitlements());
      BuildRequest request = frontend.request(name, client, solve.allowed());
      ImportedSteps imported =
          CacheImports.of(
              images, solve.cache().with(options).imports(), client, request.platform(), solve);
      return switch (builder.solve(request, text, files, report, imported, solve.cancellation())) {
        case Solved.Done done -> new Solve.Result(done.image(), done.steps(), done.all());
        case Solved.Failed failed -> {
          throw Failures.at(failed.message(), name, text, failed.line());
        }
      };
    } catch (EngineException e) {
      String message = Failures.said(String.valueOf(e.getMessage()), name);
      report.fail(Failures.ofVertex(message));
      int line = Failures.line(message);
      throw Failures.at(message, name, text, line == 0 ? report.line() : line);
    } catch (CancellationException e) {
      report.fail(Vertex.CANCELED);
      throw new RpcException(RpcException.CANCELLED, "context canceled");
    }
  }

  private static String syntax(String dockerfile) {
    Matcher directive = SYNTAX.matcher(dockerfile);
    return directive.find() ? directive.group(1) : "";
  }

  private static void checkSyntax(String syntax) throws RpcException {
    if (!syntax.isEmpty() && !OURS.matcher(syntax).matches()) {
      throw new RpcException(
          RpcException.UNIMPLEMENTED,
          "layerd reads Dockerfiles itself and does not run other frontends: " + syntax);
    }
  }
}
