package io.layerd.build;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Fetches what ADD names by a URL. */
final class RemoteFile {
  private static final int CONNECT_MILLIS = 30_000;
  private static final int READ_MILLIS = 60_000;

  private final Sys sys;
  private final BuildReport report;
  private final boolean kit;

  /**
   * @param kit whether errors are told in BuildKit's words
   */
  RemoteFile(Sys sys, BuildReport report, boolean kit) {
    this.sys = sys;
    this.report = report;
    this.kit = kit;
  }

  static boolean isUrl(String name) {
    return name.startsWith("http://") || name.startsWith("https://");
  }

  /**
   * A file with mode 0600 and the server's time.
   *
   * @param checksum {@code sha256:...}; empty checks nothing
   */
  CopySource fetch(String url, String checksum, Path scratch) throws IOException {
    URI address;
    try {
      address = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new InvalidParameter("cannot parse URL " + url + ": " + e.getMessage(), e);
    }
    String path = address.getPath() == null ? "" : address.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    Path file =
        Files.createTempFile(
            scratch,
            "remote",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    try {
      int status = connection.getResponseCode();
      if (status >= 400) {
        throw new InvalidParameter(
            kit
                ? CopySources.NOT_LOADED + "invalid response status " + status
                : "failed to GET "
                    + url
                    + " with status "
                    + status
                    + " "
                    + connection.getResponseMessage());
      }
      String digest = copy(connection, file);
      if (!checksum.isEmpty() && !checksum.equals("sha256:" + digest)) {
        throw new InvalidParameter(
            kit
                ? "digest mismatch sha256:" + digest + ": " + checksum
                : "digest mismatch of " + url + ": sha256:" + digest + ", expected " + checksum);
      }
      report.fetched(url, "sha256:" + digest);
      long modified = connection.getLastModified();
      Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
    } finally {
      connection.disconnect();
    }
    byte[] host = TreePath.bytes(file);
    Stat stat = sys.lstatat(Sys.AT_FDCWD, host);
    if (name.isEmpty() && !kit) {
      throw new InvalidParameter("cannot determine filename for source " + url);
    }
    byte[] shown = TreePath.bytes(name.isEmpty() ? "download" : name);
    return new CopySource(host, stat, shown, false);
  }

  private String copy(HttpURLConnection connection, Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new SystemFailure("no SHA-256", e);
    }
    long total = connection.getContentLengthLong();
    long done = 0;
    byte[] buffer = new byte[64 * 1024];
    try (InputStream in = connection.getInputStream();
        var out = Files.newOutputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        digest.update(buffer, 0, n);
        done += n;
        report.progress("", "Downloading", done, Math.max(0, total));
      }
    }
    report.downloaded();
    return HexFormat.of().formatHex(digest.digest());
  }
}
