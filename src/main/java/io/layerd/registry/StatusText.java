package io.layerd.registry;

/** HTTP status codes with their usual words, {@code 503 Service Unavailable}. */
final class StatusText {
  private StatusText() {}

  static String of(int status) {
    String words =
        switch (status) {
          case 200 -> "OK";
          case 204 -> "No Content";
          case 301 -> "Moved Permanently";
          case 302 -> "Found";
          case 307 -> "Temporary Redirect";
          case 400 -> "Bad Request";
          case 401 -> "Unauthorized";
          case 403 -> "Forbidden";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          case 416 -> "Requested Range Not Satisfiable";
          case 429 -> "Too Many Requests";
          case 500 -> "Internal Server Error";
          case 502 -> "Bad Gateway";
          case 503 -> "Service Unavailable";
          case 504 -> "Gateway Timeout";
          default -> "";
        };
    return (status + " " + words).strip();
  }
}
