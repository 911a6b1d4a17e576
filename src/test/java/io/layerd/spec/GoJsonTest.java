package io.layerd.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoJsonTest {
  @Test
  void writesWhatGoWrites() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", "<a> & \u2028é\u0001\u001f\n\t\b\f\"\\/\u007f");
    map.put("a", null);
    assertThat(new String(GoJson.bytes(map), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"a\":null,\"b\":\"\\u003ca\\u003e \\u0026 \\u2028é\\u0001\\u001f\\n\\t\\b\\f\\\"\\\\/\u007f\"}");
  }

  @Test
  void sortsOnlyTheOuterFields() {
    var inner = GoJson.object().put("z", 1).put("y", 2);
    var outer = GoJson.object();
    outer.set("q", inner);
    outer.put("p", true);
    assertThat(GoJson.sorted(outer).toString()).isEqualTo("{\"p\":true,\"q\":{\"z\":1,\"y\":2}}");
  }
}
