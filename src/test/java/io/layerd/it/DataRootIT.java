package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a pull leaves on disk: dockerd's layout, names and modes. */
class DataRootIT {
  @Test
  void layoutIsDockerds() throws Exception {
    try (RegistryFixture registry = new RegistryFixture();
        DaemonFixture daemon = DaemonFixture.start()) {
      TestImage image = TestImages.odd();
      String ref = registry.push("odd", "latest", image);
      daemon.docker().ok("pull", "-q", ref);
      daemon.docker().ok("create", "--name", "made", ref);
      Path data = daemon.dataRoot();
      String id = image.imageId().substring(7);
      Path content = data.resolve("image/overlay2/imagedb/content/sha256/" + id);
      assertThat(Files.readAllBytes(content)).isEqualTo(image.blobs().get(image.imageId()));
      assertThat(Files.readString(data.resolve("image/overlay2/repositories.json")))
          .contains("\"" + ref + "\":\"" + image.imageId() + "\"");
      assertThat(
              Command.sh(
                      """
                      cd %s
                      stat -c '%%a %%n' . overlay2 overlay2/l image/overlay2/repositories.json image/overlay2/imagedb/content/sha256/%s
                      ls image/overlay2/layerdb/sha256 | wc -l
                      for l in image/overlay2/layerdb/sha256/*; do
                        ls $l | grep -v ^descriptor.json | xargs
                        [ -d overlay2/$(cat $l/cache-id)/diff ] && [ -L overlay2/l/$(cat overlay2/$(cat $l/cache-id)/link) ] || echo broken $l
                        zcat $l/tar-split.json.gz | head -c 10; echo
                      done | sort | uniq -c | sed 's/^ *//'
                      ls image/overlay2/layerdb/mounts/*
                      ls containers/* | sort
                      """
                          .formatted(data, id))
                  .lines())
          .containsExactlyInAnyOrder(
              "710 .",
              "710 overlay2",
              "700 overlay2/l",
              "600 image/overlay2/repositories.json",
              "600 image/overlay2/imagedb/content/sha256/" + id,
              "6",
              "1 cache-id diff size tar-split.json.gz",
              "5 cache-id diff parent size tar-split.json.gz",
              "6 {\"type\":2,",
              "init-id",
              "mount-id",
              "parent",
              "checkpoints",
              "config.v2.json",
              "hostconfig.json");
      Path layer = data.resolve("image/overlay2/layerdb/sha256").resolve(chainOfLayer(image, 2));
      Path tree =
          data.resolve("overlay2")
              .resolve(Files.readString(layer.resolve("cache-id")))
              .resolve("diff/odd");
      assertThat(Command.sh("PATH=$PATH:/usr/sbin; getcap " + tree.resolve("cap")))
          .contains("cap_net_bind_service,cap_net_raw=ep");
      assertThat((byte[]) Files.getAttribute(tree.resolve("cap"), "user:note"))
          .asString()
          .isEqualTo("hello");
      assertThat(Files.getAttribute(tree.resolve("first"), "unix:nlink")).isEqualTo(2);
      assertThat(Command.sh("cd " + tree + "; printf '%s' latin1-* | od -An -tx1").strip())
          .endsWith("31 2d e4 f6");
    }
  }

  /** Chain ID (hex) of the stack up to the layer of this number, counted from 1. */
  private static String chainOfLayer(TestImage image, int count) throws Exception {
    var diffIds =
        TestImage.JSON.readTree(image.blobs().get(image.imageId())).get("rootfs").get("diff_ids");
    String chain = diffIds.get(0).asText();
    for (int i = 1; i < count; i++) {
      chain =
          TestLayer.sha256(
              (chain + " " + diffIds.get(i).asText())
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    return chain.substring(7);
  }
}
