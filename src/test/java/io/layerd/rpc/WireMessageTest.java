package io.layerd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The examples of protobuf's encoding guide, and round trips. */
class WireMessageTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void readsTheGuidesExamples() throws RpcException {
    assertThat(WireMessage.parse(hex("089601")).number(1)).isEqualTo(150);
    assertThat(WireMessage.parse(hex("120774657374696e67")).text(2)).isEqualTo("testing");
    assertThat(WireMessage.parse(hex("1a03089601")).message(3).number(1)).isEqualTo(150);
    assertThat(WireMessage.parse(hex("08feffffffffffffffff01")).number(1)).isEqualTo(-2);
  }

  @Test
  void writesTheGuidesExamples() {
    assertThat(new WireWriter().number(1, 150).toBytes()).isEqualTo(hex("089601"));
    assertThat(new WireWriter().text(2, "testing").toBytes()).isEqualTo(hex("120774657374696e67"));
    assertThat(new WireWriter().number(1, -2).toBytes()).isEqualTo(hex("08feffffffffffffffff01"));
  }

  @Test
  void whatWasWrittenIsRead() throws RpcException {
    byte[] bytes =
        new WireWriter()
            .text(1, "a\u00e4")
            .flag(2, true)
            .number(3, 0)
            .texts(4, List.of("x", "", "y"))
            .map(5, Map.of("k", "v"))
            .time(6, Instant.ofEpochSecond(7, 8))
            .bytes(1000, new byte[300])
            .toBytes();
    WireMessage message = WireMessage.parse(bytes);
    assertThat(message.text(1)).isEqualTo("a\u00e4");
    assertThat(message.flag(2)).isTrue();
    assertThat(message.has(3)).isFalse();
    assertThat(message.texts(4)).containsExactly("x", "", "y");
    assertThat(message.map(5)).containsExactly(Map.entry("k", "v"));
    assertThat(message.message(6).number(1)).isEqualTo(7);
    assertThat(message.message(6).number(2)).isEqualTo(8);
    assertThat(message.bytes(1000)).hasSize(300);
    assertThat(message.text(99)).isEmpty();
  }

  @Test
  void anythingIsReadOrRefused() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      try {
        assertThat(WireMessage.parse(bytes)).isNotNull();
      } catch (RpcException e) {
        assertThat(e.code()).isEqualTo(RpcException.INTERNAL);
      }
    }
  }

  @Test
  void aLengthBeyondTheEndIsRefused() {
    assertThatThrownBy(() -> WireMessage.parse(hex("12ffffffff0f61")))
        .isInstanceOf(RpcException.class);
    assertThatThrownBy(() -> WireMessage.parse(("\u0012\u0005ab").getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(RpcException.class);
  }
}
