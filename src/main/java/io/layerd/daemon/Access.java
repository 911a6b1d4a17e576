package io.layerd.daemon;

import io.layerd.api.Admission;
import io.layerd.api.access.AuditLog;
import io.layerd.api.access.AuthorizationPlugins;
import io.layerd.api.access.Doorkeeper;
import io.layerd.authorization.Policy;
import io.layerd.daemon.tls.FileWatch;
import io.layerd.engine.Engine;
import io.layerd.error.SystemFailure;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What stands before the API: the policy as it is now, the plugins, the audit log. */
final class Access implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final AuthorizationPlugins plugins;
  private final @Nullable AuditLog audit;
  private final FileWatch watch;
  private volatile AccessOptions options;
  private volatile @Nullable Policy policy;

  private Access(AccessOptions options, Vertx vertx, @Nullable AuditLog audit) {
    this.options = options;
    this.plugins = new AuthorizationPlugins(vertx);
    this.audit = audit;
    this.watch =
        new FileWatch(
            "authorization policy",
            () -> this.options.policy() == null ? List.of() : List.of(this.options.policy()),
            this::changed);
    this.policy = options.read();
  }

  /**
   * Reads the policy, opens the log, and waits until the plugins have answered.
   *
   * @throws StartupFailure if one of them is not as it should be: nobody is let in without
   */
  static Access open(AccessOptions options, Vertx vertx) {
    Access access = new Access(options, vertx, log(options.auditLog()));
    try {
      access.plugins.set(options.plugins());
      access.watch.start();
      return access;
    } catch (SystemFailure e) {
      access.close();
      throw new StartupFailure(e.getMessage(), e);
    }
  }

  private static @Nullable AuditLog log(@Nullable String target) {
    try {
      return target == null ? null : AuditLog.open(target);
    } catch (IOException e) {
      throw new StartupFailure("cannot write the audit log " + target + ": " + Reason.of(e), e);
    }
  }

  Admission admission(Engine engine) {
    return new Doorkeeper(engine, () -> policy, audit, plugins);
  }

  /**
   * Takes the files and plugins over.
   *
   * @throws StartupFailure if they make no sense; then nothing has changed
   */
  void reload(AccessOptions now) {
    watch.readNow();
    Policy read = now.read();
    try {
      plugins.set(now.plugins());
    } catch (SystemFailure e) {
      throw new StartupFailure(e.getMessage(), e);
    }
    policy = read;
    options = now;
    if (audit != null) {
      audit.reopen();
    }
  }

  private void changed() {
    try {
      policy = options.read();
      LOG.infof("read the authorization policy %s again", options.policy());
    } catch (StartupFailure e) {
      LOG.errorf("%s; the one before stays in force", e.sentence());
    }
  }

  @Override
  public void close() {
    watch.close();
    plugins.close();
    if (audit != null) {
      audit.close();
    }
  }
}
