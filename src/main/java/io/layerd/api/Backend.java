package io.layerd.api;

import io.layerd.engine.Engine;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** What the resources answer with; set once, before the first listener is bound. */
@ApplicationScoped
public class Backend {
  private volatile @Nullable Engine engine;
  private volatile @Nullable DaemonFacts facts;

  /** Opens the API. */
  public void ready(Engine theEngine, DaemonFacts theFacts) {
    this.facts = theFacts;
    this.engine = theEngine;
  }

  /** Whether {@link #ready} was called. */
  public boolean isReady() {
    return engine != null;
  }

  Engine engine() {
    Engine current = engine;
    if (current == null) {
      throw new IllegalStateException("the API is open before the engine is");
    }
    return current;
  }

  DaemonFacts facts() {
    DaemonFacts current = facts;
    if (current == null) {
      throw new IllegalStateException("the API is open before the engine is");
    }
    return current;
  }
}
