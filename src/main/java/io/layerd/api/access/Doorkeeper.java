package io.layerd.api.access;

import io.layerd.api.Admission;
import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.authorization.Caller;
import io.layerd.authorization.Policy;
import io.layerd.engine.Engine;
import io.layerd.error.Unavailable;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the policy and then the authorization plugins about each request, and has the audit log
 * written.
 */
public final class Doorkeeper implements Admission {
  private final Engine engine;
  private final Supplier<@Nullable Policy> policy;
  private final @Nullable AuditLog audit;
  private final AuthorizationPlugins plugins;

  /**
   * @param policy as it is now; null allows everything
   */
  public Doorkeeper(
      Engine engine,
      Supplier<@Nullable Policy> policy,
      @Nullable AuditLog audit,
      AuthorizationPlugins plugins) {
    this.engine = engine;
    this.policy = policy;
    this.audit = audit;
    this.plugins = plugins;
  }

  @Override
  public void admit(HttpServerRequest request, String uri, Handler<HttpServerRequest> next) {
    Policy rules = policy.get();
    PluginVisit asked = plugins.visit(uri);
    if (rules == null && audit == null && asked == null) {
      next.handle(request);
      return;
    }
    Caller caller = Callers.of(request);
    Trace trace = new Trace(audit, request, caller);
    if (audit != null && !audit.hasRoom()) {
      ApiFront.answer(
          request.response(),
          ErrorAnswer.of(new Unavailable("the audit log cannot keep up with the requests")));
      return;
    }
    PolicyCheck check = rules == null ? null : new PolicyCheck(rules, caller, engine);
    new Visit(request, next, caller, trace, check, asked).begin();
  }
}
