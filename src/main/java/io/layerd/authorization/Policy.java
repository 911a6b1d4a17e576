package io.layerd.authorization;

import java.util.List;

/** The rules of a policy file. A request is allowed if one of its caller's rules allows it. */
public record Policy(List<Rule> rules) {
  public Policy {
    rules = List.copyOf(rules);
  }

  /** The rules for a caller, in the file's order; none for one that nobody has named. */
  public List<Rule> of(Caller caller) {
    return rules.stream().filter(rule -> rule.fits(caller)).toList();
  }
}
