package io.layerd.api.access;

import io.layerd.authorization.Caller;
import io.layerd.authorization.Policy;
import io.layerd.authorization.Rule;
import io.layerd.engine.Engine;
import io.layerd.error.Forbidden;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Whether the policy allows a request: if one of its caller's rules does. */
final class PolicyCheck {
  /** What is allowed, and by which rule. */
  record Allowed(Ask ask, Rule rule) {}

  private final List<Rule> rules;
  private final Engine engine;

  PolicyCheck(Policy policy, Caller caller, Engine engine) {
    this.rules = policy.of(caller);
    this.engine = engine;
  }

  /** Whether it takes the body to tell. */
  boolean needsBody(String key) {
    return RuleCheck.WITH_BODY.contains(key) && !rules.stream().allMatch(Rule::unrestricted);
  }

  /** Fails if no rule allows it, with what the first has against it. */
  Uni<Allowed> check(Ask ask) {
    if (rules.isEmpty()) {
      return Uni.createFrom().failure(new Forbidden("no rule names this caller"));
    }
    List<Rule> routed =
        rules.stream().filter(rule -> rule.routed(ask.method(), ask.path())).toList();
    if (routed.isEmpty()) {
      return Uni.createFrom()
          .failure(
              new Forbidden(
                  "%s %s is not allowed by %s"
                      .formatted(
                          ask.method(),
                          ask.path(),
                          String.join(", ", rules.stream().map(Rule::name).toList()))));
    }
    return next(routed, 0, ask);
  }

  private Uni<Allowed> next(List<Rule> routed, int at, Ask ask) {
    Rule rule = routed.get(at);
    Uni<Allowed> one =
        Uni.createFrom()
            .deferred(() -> new RuleCheck(rule, ask, engine).check())
            .map(served -> new Allowed(served, rule));
    if (at + 1 == routed.size()) {
      return one;
    }
    return one.onFailure()
        .recoverWithUni(first -> next(routed, at + 1, ask).onFailure().transform(_ -> first));
  }
}
