package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.api.model.CreateBody;
import io.layerd.container.ExecConfig;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonBodyTest {
  private static final String JSON = "application/json";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"Image\":\"x\" | invalid JSON: unexpected EOF",
        "{\"Image | invalid JSON: unexpected EOF",
        "{x | invalid JSON: invalid character 'x' looking for beginning of object key string",
        "{\"Tty\":x} | invalid JSON: invalid character 'x' looking for beginning of value",
        "{} {} | unexpected content after JSON",
        "[] | invalid JSON: json: cannot unmarshal array into Go value of type container.CreateRequest",
        "\"a\" | invalid JSON: json: cannot unmarshal string into Go value of type container.CreateRequest",
        "{\"Image\":5} | invalid JSON: json: cannot unmarshal number into Go struct field .Image of type string",
        "{\"Tty\":\"x\"} | invalid JSON: json: cannot unmarshal string into Go struct field .Tty of type bool",
      })
  void malformedBodiesAreRefusedInDockersWords(String body, String message) {
    assertThatThrownBy(() -> JsonBody.read(bytes(body), JSON, ContainerConfig.class))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void anAbsentBodyIsRefusedWhereOneIsNeeded() {
    assertThatThrownBy(() -> JsonBody.read(bytes(""), null, CreateBody.class))
        .hasMessage("invalid JSON: got EOF while reading request body");
    assertThat(JsonBody.readOrNull(bytes(""), null, ExecConfig.class)).isNull();
  }

  @Test
  void onlyJsonIsTaken() {
    assertThatThrownBy(() -> JsonBody.read(bytes("{}"), "text/plain", CreateBody.class))
        .hasMessage("unsupported Content-Type header (text/plain): must be 'application/json'");
    assertThat(JsonBody.read(bytes("{}"), "Application/JSON; charset=utf-8", CreateBody.class))
        .isNotNull();
  }

  @Test
  void namesMatchInAnyCaseAndUnknownOnesAreLeftOut() {
    ContainerConfig config =
        JsonBody.read(
            bytes("{\"image\":\"busybox\",\"Nonsense\":{\"a\":1},\"CMD\":\"ls\"}"),
            JSON,
            ContainerConfig.class);
    assertThat(config.image()).isEqualTo("busybox");
    assertThat(config.cmd()).containsExactly("ls");
  }

  @Test
  void anEmptyObjectIsTold() {
    assertThat(JsonBody.isEmptyObject(bytes(" { } "))).isTrue();
    assertThat(JsonBody.isEmptyObject(bytes("{\"a\":1}"))).isFalse();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
