package io.layerd.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Raw HTTP/1.1 over a Unix socket: one request for each connection, the answer as it came. */
record Http(Path socket) {
  record Answer(int status, Map<String, String> headers, String body) {}

  static Http of(String host) {
    return new Http(Path.of(host.replaceFirst("^unix://", "")));
  }

  Answer get(String path) {
    return send("GET", path, "", "");
  }

  Answer post(String path, String json) {
    return send("POST", path, "Content-Type: application/json\r\n", json);
  }

  Answer send(String method, String path, String headers, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "%s %s HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(method, path, headers, bytes.length);
    try (SocketChannel channel = open()) {
      write(channel, head.getBytes(StandardCharsets.UTF_8));
      try {
        write(channel, bytes);
      } catch (IOException e) {
        // A server may refuse a body by closing while it is sent; the answer is still there.
      }
      return parse(readAll(channel));
    } catch (IOException e) {
      throw new IllegalStateException(method + " " + path, e);
    }
  }

  /** A connection for tests that write and read bytes themselves. */
  SocketChannel open() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  static byte[] readAll(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    } catch (IOException e) {
      if (all.size() == 0) {
        throw e;
      }
    }
    return all.toByteArray();
  }

  private static Answer parse(byte[] raw) {
    String text = new String(raw, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IllegalStateException("no HTTP answer: " + text);
    }
    String[] lines = text.substring(0, end).split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    String body = text.substring(end + 4);
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      body = unchunk(body);
    }
    return new Answer(
        Integer.parseInt(lines[0].split(" ")[1]),
        headers,
        new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }

  private static String unchunk(String body) {
    StringBuilder whole = new StringBuilder();
    int at = 0;
    while (true) {
      int eol = body.indexOf("\r\n", at);
      if (eol < 0) {
        return whole.toString();
      }
      int size = Integer.parseInt(body.substring(at, eol).strip(), 16);
      if (size == 0) {
        return whole.toString();
      }
      int end = Math.min(body.length(), eol + 2 + size);
      whole.append(body, eol + 2, end);
      at = end + 2;
      if (at > body.length()) {
        return whole.toString();
      }
    }
  }
}
