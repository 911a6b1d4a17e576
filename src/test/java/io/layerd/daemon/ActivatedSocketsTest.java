package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.sys.Sys;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an fd:// address refuses, in dockerd's words; the integration tests show what it serves. */
class ActivatedSocketsTest {
  private static final String NONE =
      "failed to load listeners: no sockets found via socket activation: make sure the service was"
          + " started by systemd";

  private static ActivatedSockets sockets(String pid, String count, String names) {
    return ActivatedSockets.of(
        Sys.host(), Map.of("LISTEN_PID", pid, "LISTEN_FDS", count, "LISTEN_FDNAMES", names));
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "3", "api"})
  void withoutSocketsThereIsNothingToTake(String selector) {
    assertThatThrownBy(() -> ActivatedSockets.of(Sys.host(), Map.of()).take(selector))
        .isInstanceOf(StartupFailure.class)
        .hasMessage(NONE);
    assertThatThrownBy(() -> sockets(ownPid(), "0", "").take(selector)).hasMessage(NONE);
    assertThatThrownBy(() -> sockets(ownPid(), "many", "").take(selector)).hasMessage(NONE);
  }

  @Test
  void socketsOfAnotherProcessAreNotOurs() {
    assertThatThrownBy(() -> sockets("1", "1", "api").take("")).hasMessage(NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x | failed to parse systemd fd address: should be a number: x",
        "9 | too few socket activated files passed in by systemd",
        "2 | failed to listen on systemd activated file: fd 2",
      })
  void aSelectorThatMatchesNothingIsRefused(String selector, String reason) {
    assertThatThrownBy(() -> sockets(ownPid(), "2", "api:net").take(selector))
        .hasMessage("failed to load listeners: " + reason);
  }

  @Test
  void whatDoesNotListenIsRefused() {
    // so high that this process has not opened it
    ActivatedSockets sockets = sockets(ownPid(), "1000000", "");
    String reason = "failed to load listeners: failed to listen on systemd activated file: fd ";
    assertThatThrownBy(() -> sockets.take("1000002")).hasMessage(reason + 1000002);
    assertThatThrownBy(() -> sockets.take("1000002")).hasMessage(reason + 1000002);
  }
}
