package io.layerd.buildkit;

import io.layerd.image.ImageService;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The builds of this daemon's life, for {@code docker buildx history} and what clients write into
 * metadata files. The newest stay; the daemon's end ends them all.
 */
final class BuildHistory {
  static final String CONTENT = "/containerd.services.content.v1.Content/";
  private static final int MOST = 50;
  private static final int MOST_LOG_BYTES = 1 << 20;
  private static final int STARTED = 0;
  private static final int COMPLETE = 1;
  private static final int PIECE_BYTES = 512 * 1024;
  private static final String IMAGE = "application/vnd.docker.container.image.v1+json";
  private static final Pattern TERM = Pattern.compile("(ref|status|repository)(==?|!=|~=)(.*)");

  private final ImageService images;
  private final List<Entry> entries = new ArrayList<>();

  BuildHistory(ImageService images) {
    this.images = images;
  }

  /** One build. */
  static final class Entry {
    private final String ref;
    private final Map<String, String> options;
    private final List<String> exporters;
    private final Instant began = Instant.now();
    private @Nullable Instant ended;
    private @Nullable RpcException error;
    private Map<String, String> told = Map.of();
    private byte[] provenance = new byte[0];
    private boolean pinned;
    private @Nullable Solve solve;
    private @Nullable SolveLog log;
    private SolveLog.Counts counts = new SolveLog.Counts(0, 0, 0);

    private Entry(Solve solve, Map<String, String> options, List<String> exporters) {
      ref = solve.ref();
      this.solve = solve;
      this.options = Map.copyOf(options);
      this.exporters = List.copyOf(exporters);
    }

    private String status() {
      if (ended == null) {
        return "running";
      }
      RpcException why = error;
      return why == null
          ? "completed"
          : why.code() == RpcException.CANCELLED ? "canceled" : "error";
    }
  }

  /** A build begins, as a {@code SolveRequest} says. */
  synchronized Entry begin(Solve solve, WireMessage request) throws RpcException {
    List<String> exporters = new ArrayList<>();
    for (Outputs.Wanted output : Outputs.of(request)) {
      exporters.add(output.type());
    }
    Entry entry = new Entry(solve, request.map(7), exporters);
    entries.add(entry);
    while (entries.size() > MOST && entries.stream().anyMatch(this::mayGo)) {
      entries.remove(entries.stream().filter(this::mayGo).findFirst().orElseThrow());
    }
    return entry;
  }

  private boolean mayGo(Entry entry) {
    return entry.ended != null && !entry.pinned;
  }

  /**
   * @param told what the client is told of the outputs
   * @param error null if all went well
   */
  synchronized void end(Entry entry, Map<String, String> told, @Nullable RpcException error) {
    Instant now = Instant.now();
    entry.told = Map.copyOf(told);
    entry.error = error;
    Solve solve = entry.solve;
    if (solve != null) {
      entry.solve = null; // it holds more than is wanted now
      entry.counts = solve.log().counts();
      entry.log = solve.log().bytes() < MOST_LOG_BYTES ? solve.log() : null;
      if (error == null) {
        entry.provenance = solve.provenance().write(images, entry.ref, entry.began, now);
      }
    }
    entry.ended = now;
    notifyAll();
  }

  /** What an ended build said; null if it is not known. */
  synchronized @Nullable SolveLog log(String ref) {
    for (Entry entry : entries) {
      if (entry.ref.equals(ref)) {
        return entry.log;
      }
    }
    return null;
  }

  /** {@code ListenBuildHistory}. */
  void listen(RpcCall call, WireMessage request) throws RpcException, InterruptedException {
    boolean active = request.flag(1);
    String ref = request.text(2);
    boolean early = request.flag(3);
    List<String> filters = request.texts(4);
    long limit = request.number(5) == 0 ? Long.MAX_VALUE : request.number(5);
    List<Entry> shown = new ArrayList<>();
    call.onCancel(Thread.currentThread()::interrupt);
    while (true) {
      List<Entry> fresh = new ArrayList<>();
      synchronized (this) {
        for (Entry entry : entries.reversed()) {
          boolean fits =
              (ref.isEmpty() || entry.ref.equals(ref))
                  && (!active || entry.ended == null)
                  && fits(entry, filters);
          if (fits && !shown.contains(entry) && shown.size() + fresh.size() < limit) {
            fresh.add(entry);
          }
        }
      }
      for (Entry entry : fresh) {
        call.send(event(entry).toBytes());
        shown.add(entry);
      }
      if (early) {
        return;
      }
      synchronized (this) {
        wait();
      }
    }
  }

  private static boolean fits(Entry entry, List<String> filters) throws RpcException {
    for (String filter : filters) {
      for (String term : filter.split(",")) {
        Matcher matcher = TERM.matcher(term);
        if (!matcher.matches()) {
          throw new RpcException(
              RpcException.INVALID_ARGUMENT, "layerd does not filter builds by " + term);
        }
        String value =
            switch (matcher.group(1)) {
              case "ref" -> entry.ref;
              case "status" -> entry.status();
              default -> entry.options.getOrDefault("vcs:source", "");
            };
        boolean fits =
            switch (matcher.group(2)) {
              case "!=" -> !value.equals(matcher.group(3));
              case "~=" -> Pattern.compile(matcher.group(3)).matcher(value).find();
              default -> value.equals(matcher.group(3));
            };
        if (!fits) {
          return false;
        }
      }
    }
    return true;
  }

  private synchronized WireWriter event(Entry entry) {
    Instant ended = entry.ended;
    WireWriter record = new WireWriter().text(1, entry.ref).map(3, entry.options);
    entry.exporters.forEach(type -> record.message(4, new WireWriter().text(1, type)));
    RpcException error = entry.error;
    if (error != null) {
      record.message(5, new WireWriter().number(1, error.code()).text(2, error.text()));
    }
    record.time(6, entry.began);
    if (ended != null) {
      record.time(7, ended);
    }
    record.map(9, entry.told);
    if (entry.provenance.length > 0) {
      record.message(10, result(entry));
    }
    Solve solve = entry.solve;
    SolveLog.Counts counts = solve == null ? entry.counts : solve.log().counts();
    record.flag(14, entry.pinned);
    record.number(15, counts.cached()).number(16, counts.begun()).number(17, counts.done());
    return new WireWriter().number(1, ended == null ? STARTED : COMPLETE).message(2, record);
  }

  private static WireWriter result(Entry entry) {
    WireWriter result = new WireWriter();
    String image = entry.told.get("containerimage.config.digest");
    WireWriter made = image == null ? null : new WireWriter().text(1, IMAGE).text(2, image);
    if (made != null) {
      result.message(1, made);
    }
    result.message(
        2,
        new WireWriter()
            .text(1, "application/vnd.in-toto+json")
            .text(2, Digest.of(entry.provenance).toString())
            .number(3, entry.provenance.length)
            .map(5, Map.of("in-toto.io/predicate-type", Provenance.PREDICATE)));
    if (made != null) {
      result.message(3, new WireWriter().number(1, 0).message(2, made));
    }
    return result;
  }

  /** {@code UpdateBuildHistory}: forgets a build, or keeps it. */
  synchronized WireWriter update(WireMessage request) throws RpcException {
    String ref = request.text(1);
    Entry entry =
        entries.stream()
            .filter(each -> each.ref.equals(ref))
            .findFirst()
            .orElseThrow(
                () -> new RpcException(RpcException.NOT_FOUND, "failed to find record " + ref));
    if (request.flag(3)) {
      entries.remove(entry);
    } else {
      entry.pinned = request.flag(2);
    }
    return new WireWriter();
  }

  /** What records name by digest: containerd's {@code Content}. */
  void content(RpcCall call, WireMessage request) throws RpcException, InterruptedException {
    String method = call.method().substring(CONTENT.length());
    String digest = request.text(1);
    byte[] blob = blob(digest);
    switch (method) {
      case "Info" -> {
        WireWriter info = new WireWriter().text(1, digest).number(2, blob.length);
        Instant now = Instant.now();
        call.send(new WireWriter().message(1, info.time(3, now).time(4, now)).toBytes());
      }
      case "Read" -> {
        int at = (int) Math.clamp(request.number(2), 0, blob.length);
        long wanted = request.number(3) == 0 ? blob.length : request.number(3);
        int end = (int) Math.min(blob.length, at + wanted);
        while (at < end) {
          int length = Math.min(PIECE_BYTES, end - at);
          byte[] piece = java.util.Arrays.copyOfRange(blob, at, at + length);
          call.send(new WireWriter().number(1, at).bytes(2, piece).toBytes());
          at += length;
        }
      }
      default ->
          throw new RpcException(
              RpcException.UNIMPLEMENTED, "layerd does not offer " + method + " of blobs");
    }
  }

  private byte[] blob(String digest) throws RpcException {
    synchronized (this) {
      for (Entry entry : entries) {
        if (entry.provenance.length > 0 && Digest.of(entry.provenance).toString().equals(digest)) {
          return entry.provenance;
        }
        if (digest.equals(entry.told.get("containerimage.config.digest"))) {
          byte[] config = images.find(digest).map(ImageService.Image::raw).orElse(null);
          if (config != null) {
            return config;
          }
        }
      }
    }
    throw new RpcException(RpcException.NOT_FOUND, "content " + digest + ": not found");
  }
}
