package io.layerd.api.access;

import io.layerd.api.JsonBody;
import io.layerd.api.model.CreateBody;
import io.layerd.api.model.NetworkChange;
import io.layerd.authorization.Role;
import io.layerd.authorization.Rule;
import io.layerd.container.ContainerSnapshot;
import io.layerd.container.ExecConfig;
import io.layerd.engine.Engine;
import io.layerd.error.Forbidden;
import io.layerd.spec.HostConfig;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether one rule allows one request. The answer is the request as it may be served; whatever
 * fails is a refusal.
 */
final class RuleCheck {
  /** Of these the body is read before it is decided. */
  static final Set<String> WITH_BODY =
      Set.of(
          "POST /containers/create",
          "POST /containers/{id}/update",
          "POST /containers/{id}/exec",
          "POST /volumes/create",
          "POST /networks/create",
          "POST /networks/{id}/connect",
          "POST /networks/{id}/disconnect");

  /** Who may do this to a container is in it. */
  static final Set<String> INSIDE =
      Set.of(
          "POST /containers/{id}/attach",
          "GET /containers/{id}/attach/ws",
          "POST /containers/{id}/exec",
          "GET /containers/{id}/archive",
          "HEAD /containers/{id}/archive",
          "PUT /containers/{id}/archive",
          "GET /containers/{id}/export");

  /** They hold what was in memory, and the client says where on the host. */
  static final String NO_CHECKPOINTS =
      "host access is not allowed: checkpoints are written to the host";

  private final Rule rule;
  private final Ask ask;
  private final Engine engine;
  private final Box box;
  private final Labels labels;
  private final Images images;

  RuleCheck(Rule rule, Ask ask, Engine engine) {
    this.rule = rule;
    this.ask = ask;
    this.engine = engine;
    this.box = new Box(engine);
    this.labels = new Labels(rule.labels(), engine);
    this.images = new Images(rule.images(), engine);
  }

  Uni<Ask> check() {
    if (!rule.routed(ask.method(), ask.path())) {
      throw new Forbidden(
          "rule " + rule.name() + " does not allow " + ask.method() + " " + ask.path());
    }
    return rule.unrestricted() ? Uni.createFrom().item(ask) : content();
  }

  private Uni<Ask> content() {
    return switch (ask.key()) {
      case "POST /containers/create" -> create();
      case "POST /exec/{id}/start", "POST /exec/{id}/resize", "GET /exec/{id}/json" -> exec();
      case "POST /volumes/create" -> volume();
      case "POST /networks/create" -> network();
      case "POST /networks/{id}/connect" -> connect();
      case "POST /networks/{id}/disconnect" -> labels.network(ask.target()).chain(this::member);
      case "POST /images/create" -> pull();
      case "POST /build" -> build();
      case "POST /commit" -> commit();
      default -> ask.route().startsWith("/containers/{id}") ? container() : other();
    };
  }

  private Uni<Ask> other() {
    return images.other(ask).chain(() -> labels.other(ask));
  }

  private Uni<Ask> create() {
    CreateBody body = Requests.create(ask);
    String image = Requests.config(ask).image();
    labels.given(Requests.config(ask).labels());
    Uni<Void> boxed = rule.hostAccess() ? done() : box.check(body.host(), Requests.networks(body));
    return boxed.chain(() -> images.use(image)).map(_ -> ask);
  }

  private Uni<Ask> container() {
    if (ask.path().contains("/checkpoints") && !rule.hostAccess()) {
      throw new Forbidden(NO_CHECKPOINTS);
    }
    boolean inside = INSIDE.contains(ask.key()) && !rule.hostAccess();
    if (ask.route().endsWith("/update") && !rule.hostAccess()) {
      HostConfig changes = ask.body().length == 0 ? null : read(HostConfig.class);
      return box.check(changes, List.of()).chain(() -> target(ask.target(), inside)).map(this::pin);
    }
    if (ask.route().endsWith("/exec") && !rule.hostAccess()) {
      ExecConfig config = ask.body().length == 0 ? null : read(ExecConfig.class);
      if (config != null && config.privileged()) {
        throw new Forbidden("host access is not allowed: a privileged exec");
      }
    }
    return target(ask.target(), inside).map(this::pin);
  }

  private Ask pin(ContainerSnapshot container) {
    return ask.withTarget(container.id());
  }

  private Uni<ContainerSnapshot> target(String ref, boolean inside) {
    return engine
        .containers()
        .inspect(ref, false)
        .invoke(container -> labels.given(container.config().labels()))
        .chain(container -> inside ? box.check(container).map(_ -> container) : item(container));
  }

  private Uni<Ask> exec() {
    boolean inside = !rule.hostAccess() && ask.method().equals("POST");
    return engine
        .execs()
        .inspect(ask.target())
        .invoke(
            exec -> {
              if (inside && exec.config().privileged()) {
                throw new Forbidden("host access is not allowed: a privileged exec");
              }
            })
        .chain(exec -> target(exec.containerId(), inside).map(_ -> ask.withTarget(exec.id())));
  }

  private Uni<Ask> volume() {
    if (!rule.hostAccess()) {
      Requests.plain(Requests.volume(ask));
    }
    labels.given(Requests.volume(ask).labels());
    return item(ask);
  }

  private Uni<Ask> network() {
    if (!rule.hostAccess()) {
      Requests.plain(Requests.network(ask));
    }
    labels.given(Requests.network(ask).labels());
    return item(ask);
  }

  private Uni<Ask> connect() {
    Uni<Void> own = rule.hostAccess() ? done() : box.network(ask.target());
    return own.chain(() -> labels.network(ask.target())).chain(this::member);
  }

  /** The container of a connect or disconnect has to be one's own if there are such. */
  private Uni<Ask> member() {
    if (rule.labels().isEmpty()) {
      return item(ask);
    }
    String container = read(NetworkChange.class).container();
    return target(container == null ? "" : container, false).map(_ -> ask);
  }

  private Uni<Ask> pull() {
    String source = ask.param("fromSrc");
    if (ask.param("fromImage").isEmpty()) {
      boolean may = rule.role() != Role.OPERATOR && source.equals("-") && rule.images().isEmpty();
      if (!may || !rule.labels().isEmpty()) {
        throw new Forbidden("rule " + rule.name() + " does not allow importing images");
      }
    }
    images.pull(ask);
    return item(ask);
  }

  private Uni<Ask> build() {
    if (!rule.hostAccess()) {
      Requests.boxed(ask);
    }
    images.written(ask.params().getAll("t"));
    labels.build(ask);
    if (!rule.images().isEmpty() && !ask.param("cachefrom").isEmpty()) {
      throw new Forbidden("not allowed in a build of chosen images: cachefrom");
    }
    return item(ask);
  }

  private Uni<Ask> commit() {
    String repository = ask.param("repo");
    String tag = ask.param("tag");
    if (!repository.isEmpty()) {
      images.written(List.of(tag.isEmpty() ? repository : repository + ":" + tag));
    }
    return target(ask.param("container"), !rule.hostAccess()).map(_ -> ask);
  }

  private <T> T read(Class<T> type) {
    return JsonBody.read(ask.body(), ask.contentType(), type);
  }

  private static Uni<Void> done() {
    return Uni.createFrom().voidItem();
  }

  private static <T extends @Nullable Object> Uni<T> item(T item) {
    return Uni.createFrom().item(item);
  }
}
