package io.layerd.buildkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who follows a build may come before it, during it, or after its end. */
@Timeout(60)
class SolvesTest {
  private final Solves solves = new Solves();

  /** Takes what is sent. */
  private static final class Call implements RpcCall {
    private final List<byte[]> sent = new ArrayList<>();

    @Override
    public String method() {
      return "";
    }

    @Override
    public String header(String name) {
      return "";
    }

    @Override
    public void onCancel(Runnable action) {
      // it stays to the end
    }

    @Override
    public byte @Nullable [] receive() {
      return null;
    }

    @Override
    public void send(byte[] message) {
      sent.add(message);
    }

    @Override
    public void closeSend() {
      // nothing to end
    }

    @Override
    public void cancel() {
      // nothing to end
    }
  }

  private static Solve solve(String ref) throws RpcException {
    return Solve.of(WireMessage.parse(new WireWriter().text(1, ref).toBytes()), _ -> true);
  }

  @Test
  void aBuildThatEndedAlreadyIsFollowedAllTheSame() throws Exception {
    Solve quick = solve("quick");
    solves.add(quick);
    quick.log().vertex(new WireWriter().text(3, "a step"));
    solves.end(quick);

    Call call = new Call();
    solves.log("quick").follow(call::send);

    assertThat(call.sent).hasSize(1);
    assertThat(WireMessage.parse(call.sent.getFirst()).message(1).text(3)).isEqualTo("a step");
  }

  @Test
  void anEndedBuildIsLedNoFurther() throws Exception {
    Solve quick = solve("quick");
    solves.add(quick);
    assertThat(solves.await("quick")).isSameAs(quick);
    solves.end(quick);
    assertThatThrownBy(() -> solves.await("quick")).hasMessage("no such job quick");
  }

  @Test
  void aBuildThatBeginsLaterIsWaitedFor() throws Exception {
    Solve late = solve("late");
    Thread adding =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Thread.sleep(50);
                    solves.add(late);
                  } catch (RpcException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    assertThat(solves.log("late")).isSameAs(late.log());
    adding.join();
    assertThatThrownBy(() -> solves.add(solve("late"))).hasMessage("job ID exists");
    assertThatThrownBy(() -> solves.add(solve(""))).hasMessage("job ID exists");
  }
}
