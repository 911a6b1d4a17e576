package io.layerd.oci;

import io.layerd.error.InvalidParameter;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image: registry host, repository path, and a tag, a digest, both or neither.
 *
 * <p>Follows Docker's grammar (distribution/reference): {@code ubuntu} is {@code
 * docker.io/library/ubuntu}; the first part is a host only if it holds a dot, a colon or a capital,
 * or is {@code localhost}.
 *
 * @param domain registry host with port, {@code docker.io} for Docker Hub
 * @param path repository path on that host
 */
public record Reference(String domain, String path, @Nullable String tag, @Nullable Digest digest) {
  public static final String HUB = "docker.io";
  public static final String DEFAULT_TAG = "latest";

  private static final String LIBRARY = "library/";
  private static final int MAX_PATH = 255;

  private static final String DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final String DOMAIN =
      "(?:" + DOMAIN_PART + "(?:\\." + DOMAIN_PART + ")*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?";
  private static final String PATH_PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final String TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
  private static final String DIGEST =
      "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?:(?<domain>"
              + DOMAIN
              + ")/)?(?<path>"
              + PATH_PART
              + "(?:/"
              + PATH_PART
              + ")*)"
              + "(?::(?<tag>"
              + TAG
              + "))?(?:@(?<digest>"
              + DIGEST
              + "))?");
  private static final Pattern TAG_ONLY = Pattern.compile(TAG);
  private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

  /**
   * Parses what a user types.
   *
   * @throws InvalidParameter in Docker's words, such as {@code invalid reference format}
   */
  public static Reference parse(String text) {
    if (IDENTIFIER.matcher(text).matches()) {
      throw new InvalidParameter(
          "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
    }
    int slash = text.indexOf('/');
    String domain = HUB;
    String remainder = text;
    if (slash >= 0 && isDomain(text.substring(0, slash))) {
      domain = text.substring(0, slash);
      remainder = text.substring(slash + 1);
    }
    if (domain.equals("index.docker.io")) {
      domain = HUB;
    }
    if (domain.equals(HUB) && remainder.indexOf('/') < 0) {
      remainder = LIBRARY + remainder;
    }
    int colon = remainder.indexOf(':');
    String path = colon < 0 ? remainder : remainder.substring(0, colon);
    if (!path.toLowerCase(Locale.ROOT).equals(path)) {
      throw new InvalidParameter(
          "invalid reference format: repository name (" + path + ") must be lowercase");
    }
    return parseFull(domain + "/" + remainder);
  }

  /** Whether what stands before the first slash is a registry's host. */
  public static boolean isDomain(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || !first.toLowerCase(Locale.ROOT).equals(first);
  }

  private static Reference parseFull(String full) {
    Matcher matcher = GRAMMAR.matcher(full);
    if (!matcher.matches()) {
      throw new InvalidParameter("invalid reference format");
    }
    String domain = matcher.group("domain");
    String path = matcher.group("path");
    if (domain == null) {
      throw new InvalidParameter("invalid reference format");
    }
    if (path.length() > MAX_PATH) {
      throw new InvalidParameter(
          "repository name must not be more than " + MAX_PATH + " characters");
    }
    String digest = matcher.group("digest");
    return new Reference(
        domain, path, matcher.group("tag"), digest == null ? null : checkedDigest(digest));
  }

  private static Digest checkedDigest(String text) {
    int colon = text.indexOf(':');
    String hex = text.substring(colon + 1);
    if (!text.substring(0, colon).equals("sha256")) {
      throw new InvalidParameter("unsupported digest algorithm");
    }
    if (hex.length() != 64) {
      throw new InvalidParameter("invalid checksum digest length");
    }
    if (!hex.equals(hex.toLowerCase(Locale.ROOT))) {
      throw new InvalidParameter("invalid checksum digest format");
    }
    return Digest.parse(text);
  }

  /** The same repository under a tag, without digest. */
  public Reference withTag(String newTag) {
    if (!TAG_ONLY.matcher(newTag).matches()) {
      throw new InvalidParameter("invalid tag format");
    }
    return new Reference(domain, path, newTag, null);
  }

  /** The same repository under a digest, without tag. */
  public Reference withDigest(Digest newDigest) {
    return new Reference(domain, path, null, newDigest);
  }

  /** Only the repository. */
  public Reference repository() {
    return new Reference(domain, path, null, null);
  }

  /** With the tag {@code latest} if there is neither tag nor digest. */
  public Reference tagged() {
    return tag == null && digest == null ? withTag(DEFAULT_TAG) : this;
  }

  /** As a name in the store: a digest wins over a tag. */
  public Reference stored() {
    return digest == null ? tagged() : withDigest(digest);
  }

  /** The full repository name, {@code docker.io/library/ubuntu}. */
  public String name() {
    return domain + "/" + path;
  }

  /** The repository name as a user knows it, {@code ubuntu}. */
  public String familiarName() {
    if (!domain.equals(HUB)) {
      return name();
    }
    boolean official = path.startsWith(LIBRARY) && path.indexOf('/', LIBRARY.length()) < 0;
    return official ? path.substring(LIBRARY.length()) : path;
  }

  /** As a user knows it, {@code ubuntu:24.04}. */
  public String familiar() {
    return familiarName() + suffix();
  }

  /** The full form, {@code docker.io/library/ubuntu:24.04}. */
  @Override
  public String toString() {
    return name() + suffix();
  }

  private String suffix() {
    return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
  }

  // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Reference that
        && path.equals(that.path)
        && domain.equals(that.domain)
        && Objects.equals(tag, that.tag)
        && Objects.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(domain, path, tag, digest);
  }
}
