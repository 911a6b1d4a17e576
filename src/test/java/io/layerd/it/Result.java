package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

/** What a command left: exit code, standard output, standard error. */
record Result(String command, int exit, String out, String err) {
  /** Fails the test unless the command ended with 0. */
  Result ok() {
    return exits(0);
  }

  Result exits(int expected) {
    assertThat(exit).as(() -> describe()).isEqualTo(expected);
    return this;
  }

  /** Standard output without its last line break. */
  String line() {
    return out.stripTrailing();
  }

  Result says(String text) {
    assertThat(out + err).as(() -> describe()).contains(text);
    return this;
  }

  String describe() {
    return command + " -> " + exit + "\n" + out + err;
  }
}
