package io.layerd.buildkit;

import io.layerd.build.Workspace;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fetches directories of a client, and sends it outputs. */
final class SessionFiles {
  private static final String FETCH = "/moby.filesync.v1.FileSync/DiffCopy";
  private static final String SEND = "/moby.filesync.v1.FileSend/DiffCopy";

  private static final String PULL = "/moby.upload.v1.Upload/Pull";
  private static final String UPLOADS = "http://buildkit-session/";

  private final Session session;
  private final Workspace workspace;

  SessionFiles(Session session, Workspace workspace) {
    this.session = session;
    this.workspace = workspace;
  }

  /**
   * What of a directory is asked for.
   *
   * @param name of the directory, between client and builder
   * @param excludes patterns of {@code .dockerignore}
   * @param only these paths, with what links in them lead to; all if empty
   */
  record Wanted(String name, List<String> excludes, List<String> only) {}

  /**
   * Fetches into an empty directory.
   *
   * @param label of the progress
   */
  void fetch(Wanted wanted, Path target, Vertex vertex, String label)
      throws RpcException, InterruptedException {
    if (!session.offers(FETCH)) {
      throw new RpcException(
          RpcException.UNKNOWN,
          session.id().isEmpty()
              ? "could not access local files without session"
              : "the client offers no files");
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    put(headers, "dir-name", List.of(wanted.name()));
    put(headers, "exclude-patterns", wanted.excludes());
    put(headers, "followpaths", wanted.only());
    // clients of the same directory send the same key; files may come from the last build
    boolean whole = wanted.only().isEmpty() && !session.sharedKey().isEmpty();
    String key = session.sharedKey() + "\n" + wanted.name();
    Path before = whole ? workspace.kept().find(key) : null;
    RpcStream stream = session.peer().open(FETCH, headers);
    vertex.progress(label, 0, 0, false);
    FileReceiver receiver =
        new FileReceiver(
            workspace.sys(), target, before, stream, so -> vertex.progress(label, so, 0, false));
    long bytes = receiver.receive();
    vertex.progress(label, bytes, 0, true);
    if (whole) {
      workspace.keep(key, target);
    }
  }

  private static void put(Map<String, List<String>> headers, String name, List<String> values) {
    if (values.isEmpty()) {
      return;
    }
    boolean ascii = values.stream().allMatch(value -> value.chars().allMatch(c -> c < 128));
    if (ascii) {
      headers.put(name, values);
      return;
    }
    headers.put(
        name,
        values.stream().map(value -> URLEncoder.encode(value, StandardCharsets.UTF_8)).toList());
    headers.put(name + "-encoded", List.of("1"));
  }

  /** Whether a URL stands for something that the client sends when asked. */
  boolean isUpload(String url) {
    return url.startsWith(UPLOADS);
  }

  /** What the client has behind such a URL. */
  InputStream upload(String url) throws RpcException, InterruptedException {
    if (!session.offers(PULL)) {
      throw new RpcException(RpcException.UNKNOWN, "the client uploads nothing");
    }
    Map<String, List<String>> headers =
        Map.of(
            "urlpath", List.of(url.substring(UPLOADS.length() - 1)),
            "urlhost", List.of("buildkit-session"));
    return new UploadStream(session.peer().open(PULL, headers));
  }

  /** Opens the way for an output to the client. */
  RpcStream send(Map<String, List<String>> headers) throws RpcException, InterruptedException {
    if (!session.offers(SEND)) {
      throw new RpcException(RpcException.UNKNOWN, "the client takes no output");
    }
    return session.peer().open(SEND, headers);
  }
}
