package io.layerd.daemon.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class OneKeyTest {
  @Test
  void isShownForItsOwnKindOnly() throws Exception {
    PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
    OneKey keys = new OneKey(key, List.of());
    for (String kind : List.of("EC", "EC_EC", "EC_RSA")) {
      String alias = keys.chooseEngineServerAlias(kind, null, null);
      assertThat(alias).isNotNull().isEqualTo(keys.chooseServerAlias(kind, null, null));
      assertThat(keys.getServerAliases(kind, null)).containsExactly(alias);
      assertThat(keys.getPrivateKey(alias)).isSameAs(key);
      assertThat(keys.getCertificateChain(alias)).isEmpty();
    }
    for (String kind : List.of("RSA", "RSASSA-PSS", "EdDSA", "E", "ECX")) {
      assertThat(keys.chooseEngineServerAlias(kind, null, null)).isNull();
      assertThat(keys.getServerAliases(kind, null)).isNull();
    }
    assertThat(keys.getPrivateKey("another")).isNull();
    assertThat(keys.getCertificateChain(null)).isNull();
    assertThat(keys.chooseClientAlias(new String[] {"EC"}, null, null)).isNull();
  }
}
