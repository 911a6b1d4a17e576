package io.layerd.daemon;

import io.layerd.authorization.Policy;
import io.layerd.authorization.PolicyFile;
import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who decides what clients may do, and where that is written down.
 *
 * @param policy null allows everything to everybody who gets in
 * @param auditLog null for none
 * @param plugins in the order in which they are asked
 */
record AccessOptions(@Nullable Path policy, @Nullable String auditLog, List<String> plugins) {
  AccessOptions {
    plugins = List.copyOf(plugins);
  }

  /**
   * The policy as the file has it now; null without a file.
   *
   * @throws StartupFailure if it cannot be read or makes no sense
   */
  @Nullable Policy read() {
    if (policy == null) {
      return null;
    }
    try {
      return PolicyFile.parse(Files.readString(policy));
    } catch (InvalidParameter e) {
      throw new StartupFailure("invalid authorization policy " + policy + ": " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new StartupFailure(
          "invalid authorization policy: open " + policy + ": no such file or directory", e);
    } catch (MalformedInputException e) {
      throw new StartupFailure("invalid authorization policy " + policy + ": not UTF-8", e);
    } catch (IOException e) {
      throw new StartupFailure(
          "invalid authorization policy: open " + policy + ": " + Reason.of(e), e);
    }
  }
}
