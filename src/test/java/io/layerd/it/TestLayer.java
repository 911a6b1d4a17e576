package io.layerd.it;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** A layer as a registry holds it: the packed bytes, their digest, the digest of the tar inside. */
record TestLayer(byte[] blob, String digest, String diffId, Packing packing) {
  enum Packing {
    PLAIN("application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar"),
    GZIP(
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.oci.image.layer.v1.tar+gzip"),
    ZSTD(
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
        "application/vnd.oci.image.layer.v1.tar+zstd");

    final String dockerType;
    final String ociType;

    Packing(String dockerType, String ociType) {
      this.dockerType = dockerType;
      this.ociType = ociType;
    }
  }

  static TestLayer of(byte[] tar, Packing packing) {
    byte[] blob =
        switch (packing) {
          case PLAIN -> tar;
          case GZIP -> gzip(tar);
          case ZSTD -> Zstd.compress(tar);
        };
    return new TestLayer(blob, sha256(blob), sha256(tar), packing);
  }

  static TestLayer gzip(TarBuilder tar) {
    return of(tar.bytes(), Packing.GZIP);
  }

  static String sha256(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
