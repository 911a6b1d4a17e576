package io.layerd.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what the network did in the words of Go's net/http, which users of dockerd search for. */
final class NetworkErrors {
  private NetworkErrors() {}

  /** {@code Get "URL": dial tcp 127.0.0.1:5000: connect: connection refused}. */
  static String describe(String method, URI uri, IOException error) {
    String verb = method.charAt(0) + method.substring(1).toLowerCase(Locale.ROOT);
    return verb + " \"" + uri + "\": " + cause(uri, error);
  }

  private static String cause(URI uri, IOException error) {
    if (error instanceof HttpConnectTimeoutException) {
      return "dial tcp " + address(uri) + ": i/o timeout";
    }
    if (error instanceof HttpTimeoutException) {
      return "net/http: request canceled (Client.Timeout exceeded while awaiting headers)";
    }
    if (error instanceof ConnectException || contains(error, "UnresolvedAddress")) {
      return dial(uri, error);
    }
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return tls(String.valueOf(cause.getMessage()));
      }
    }
    String text = String.valueOf(error.getMessage());
    if (text.contains("received no bytes") || text.contains("EOF reached")) {
      return "EOF";
    }
    return text.contains("Connection reset") ? "read: connection reset by peer" : text;
  }

  private static String dial(URI uri, IOException error) {
    try {
      InetAddress.getAllByName(uri.getHost());
    } catch (UnknownHostException e) {
      String server = nameServer();
      if (String.valueOf(e.getMessage()).contains("Temporary failure")) {
        return "dial tcp: lookup " + uri.getHost() + ": Temporary failure in name resolution";
      }
      return "dial tcp: lookup "
          + uri.getHost()
          + (server == null ? "" : " on " + server + ":53")
          + ": no such host";
    }
    String reason = "connection refused";
    for (String known : new String[] {"No route to host", "Network is unreachable"}) {
      reason = contains(error, known) ? known.toLowerCase(Locale.ROOT) : reason;
    }
    return "dial tcp " + address(uri) + ": connect: " + reason;
  }

  private static boolean contains(Throwable error, String text) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause.toString().contains(text)) {
        return true;
      }
    }
    return false;
  }

  private static String address(URI uri) {
    int port = uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    try {
      String host = InetAddress.getByName(uri.getHost()).getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    } catch (UnknownHostException e) {
      return uri.getHost() + ":" + port;
    }
  }

  private static @Nullable String nameServer() {
    try {
      return Files.readAllLines(Path.of("/etc/resolv.conf")).stream()
          .map(line -> line.strip().split("\\s+"))
          .filter(words -> words.length > 1 && words[0].equals("nameserver"))
          .map(words -> words[1])
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  private static String tls(String text) {
    if (text.contains("unable to find valid certification path")) {
      return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    }
    if (text.contains("CertificateExpired") || text.contains("NotAfter")) {
      return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    }
    if (text.contains("subject alternative") || text.contains("No name matching")) {
      return "tls: failed to verify certificate: x509: " + text;
    }
    if (text.contains("Unsupported or unrecognized SSL message")) {
      return "http: server gave HTTP response to HTTPS client";
    }
    return "tls: " + text;
  }
}
