package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code -it} from a real terminal: expect types and watches. */
@ExtendWith(SharedEngine.class)
class TerminalIT {
  private static final String HEAD =
      """
      set timeout 60
      proc want {text} {
        expect {
          -ex $text {}
          timeout { puts "MISSING $text"; exit 99 }
          eof { puts "ENDED BEFORE $text"; exit 98 }
        }
      }
      proc finish {} {
        expect {
          eof {}
          timeout { puts "NO END"; exit 97 }
        }
        puts "\\nSTATUS [lindex [wait] 3]"
      }
      """;

  private final DockerCli docker;
  private final String image;

  TerminalIT(Engine engine) {
    docker = engine.docker();
    image = engine.busybox();
  }

  @AfterEach
  void removeContainers() {
    docker
        .with("bash", "-c", "docker ps -aq --filter name=tty- | xargs -r docker rm -f -v")
        .run()
        .ok();
  }

  private String expect(String script) {
    return docker.with("expect", "-c", HEAD + script).run().ok().out();
  }

  @Test
  void shellHasATerminalOfTheRightSize() {
    String out =
        expect(
            "set stty_init {rows 31 columns 97}\n"
                + "spawn docker run --rm -it "
                + image
                + " sh\n"
                + "want {/ #}\n"
                + "send {tty; stty size; echo $TERM}\n send \"\\r\"\n"
                + "want {/dev/pts/0}\n want {31 97}\n want {xterm}\n"
                + "stty rows 40 columns 111 < $spawn_out(slave,name)\n"
                + "exec kill -WINCH [exp_pid]\n sleep 0.5\n"
                + "send {stty size}\n send \"\\r\"\n want {40 111}\n"
                + "send \"exit 6\\r\"\n finish\n");
    assertThat(out).contains("STATUS 6");
  }

  @Test
  void controlCInterruptsWhatRuns() {
    String out =
        expect(
            "spawn docker run --rm -it "
                + image
                + " sh -c {trap 'echo caught; exit 5' INT; echo up; while :; do sleep 0.1; done}\n"
                + "want {up}\n send \"\\003\"\n want {caught}\n finish\n");
    assertThat(out).contains("STATUS 5");
  }

  @Test
  void detachKeysLeaveTheContainerRunning() {
    String out =
        expect(
            "spawn docker run -it --name tty-detach "
                + image
                + " sh\n"
                + "want {/ #}\n send \"\\020\\021\"\n finish\n"
                + "spawn docker attach tty-detach\n sleep 0.3\n send \"echo back\\r\"\n want {back}\n"
                + "send \"exit 2\\r\"\n finish\n");
    assertThat(out).contains("STATUS 0").contains("STATUS 2");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", "tty-detach")).isEqualTo("2");
  }

  @Test
  void execOpensASecondTerminal() {
    docker.ok("run", "-d", "--name", "tty-exec", image, "sleep", "1000");
    String out =
        expect(
            "set stty_init {rows 22 columns 88}\n"
                + "spawn docker exec -it tty-exec sh\n want {/ #}\n"
                + "sleep 0.3\n send \"stty size; tty\\r\"\n want {22 88}\n want {/dev/pts/}\n"
                + "send \"exit 4\\r\"\n finish\n");
    assertThat(out).contains("STATUS 4");
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "tty-exec")).isEqualTo("true");
  }

  @Test
  void terminalOutputIsLoggedRaw() {
    docker.ok("run", "-t", "--name", "tty-log", image, "sh", "-c", "echo one; echo two >&2");
    assertThat(docker.run("logs", "tty-log").ok().out()).isEqualTo("one\r\ntwo\r\n");
  }
}
