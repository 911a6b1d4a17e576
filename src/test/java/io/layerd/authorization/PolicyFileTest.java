package io.layerd.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {
  private static final Caller ALICE =
      new Caller.Certificate("CN=alice,OU=ops", "alice", List.of("ops"), List.of("a@b.c"), "1f");

  @Test
  void rulesAreForThoseTheyName() {
    Policy policy =
        PolicyFile.parse(
            """
            {"rules": [
              {"who": [{"cn": "alice"}], "role": "admin"},
              {"who": [{"ou": "ops", "san": "a@b.c"}], "role": "operator"},
              {"who": [{"cn": "alic"}, {"ou": "ops", "cn": "bob"}, {"uid": 0}], "role": "builder"},
              {"name": "all", "who": [{"anyone": true}], "routes": ["GET /_ping"]}
            ]}
            """);
    assertThat(policy.of(ALICE))
        .extracting(Rule::name)
        .containsExactly("rules[0]", "rules[1]", "all");
    assertThat(policy.of(new Caller.Peer(0, 5, 1))).extracting(Rule::role).contains(Role.BUILDER);
    assertThat(policy.of(new Caller.Unknown("x"))).extracting(Rule::name).containsExactly("all");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|rules: must be an array",
        "{\"rules\":[],\"x\":1}|the policy: unknown key \"x\"",
        "{\"rules\":[],\"rules\":[]}|Duplicate field 'rules'",
        "{\"rules\":[{\"role\":\"admin\"}]}|says nobody",
        "{\"rules\":[{\"who\":[{}],\"role\":\"admin\"}]}|is empty",
        "{\"rules\":[{\"who\":[{\"uid\":\"0\"}],\"role\":\"admin\"}]}|must be a number",
        "{\"rules\":[{\"who\":[{\"uid\":0,\"cn\":\"a\"}],\"role\":\"admin\"}]}|both a certificate and a uid",
        "{\"rules\":[{\"who\":[{\"uid\":0}],\"role\":\"root\"}]}|unknown role \"root\"",
        "{\"rules\":[{\"who\":[{\"uid\":0}]}]}|either \"role\" or \"routes\"",
        "{\"rules\":[{\"who\":[{\"uid\":0}],\"role\":\"operator\",\"host-access\":true}]}|goes with \"routes\"",
        "{\"rules\":[{\"who\":[{\"uid\":0}],\"routes\":[\"/info\"]}]}|invalid route",
        "{\"rules\":[{\"who\":[{\"uid\":0}],\"routes\":[\"GET /a/../b\"]}]}|invalid route",
        "{\"rules\":[{\"who\":[{\"uid\":0}],\"role\":\"admin\",\"Labels\":{}}]}|unknown key \"Labels\"",
        "{\"rules\":[]} x|invalid JSON"
      })
  void whatIsWrongIsRefused(String text, String reason) {
    assertThatThrownBy(() -> PolicyFile.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "READ_ONLY,GET,/containers/json,true",
    "READ_ONLY,HEAD,/containers/json,false",
    "READ_ONLY,GET,/containers/x/export,false",
    "READ_ONLY,GET,/containers/x/attach/ws,false",
    "READ_ONLY,GET,/containers/x/archive,false",
    "READ_ONLY,GET,/images/a/b/json,true",
    "READ_ONLY,DELETE,/images/a/json,false",
    "OPERATOR,POST,/containers/create,true",
    "OPERATOR,POST,/build,false",
    "OPERATOR,POST,/images/load,false",
    "OPERATOR,POST,/plugins/pull,false",
    "BUILDER,POST,/build,true",
    "BUILDER,POST,/containers/create,false",
    "BUILDER,POST,/containers/x/start,false",
    "ADMIN,POST,/swarm/init,true"
  })
  void rolesAllowTheirRoutesOnly(Role role, String method, String path, boolean allowed) {
    assertThat(role.allows(method, path)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "busybox,busybox:1.36,true",
    "busybox,evil/busybox,false",
    "busybox,reg.example/busybox,false",
    "busybox:1.*,busybox,false",
    "busybox:1.*,busybox:1.36,true",
    "team/*,team/app,true",
    "team/*,team/sub/app,false",
    "team/**,team/sub/app:x,true",
    "reg.example:5000/**,reg.example:5000/a,true",
    "reg.example:5000/**,reg.example/a,false",
    "**,anything/at:all,true"
  })
  void imagesFitTheirPatterns(String pattern, String image, boolean fits) {
    assertThat(ImagePattern.parse(pattern).matches(Reference.parse(image))).isEqualTo(fits);
  }
}
