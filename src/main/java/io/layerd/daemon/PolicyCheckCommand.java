package io.layerd.daemon;

import io.layerd.api.access.PolicyPreview;
import io.layerd.authorization.Caller;
import io.layerd.authorization.Policy;
import io.layerd.authorization.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code layerd policy check}. */
@Command(
    name = "check",
    synopsisHeading = "Usage:  ",
    customSynopsis = {
      "layerd policy check FILE",
      "       layerd policy check FILE IDENTITY",
      "       layerd policy check FILE IDENTITY METHOD PATH [--body FILE]"
    },
    header = "Check a policy file, and tell what it says to a request",
    description =
        "%nWithout an identity only the file is checked; without a request the rules that name the"
            + " caller are listed.%nThe exit code is 0 if the file makes sense and the request is"
            + " allowed, 1 if the file or the command%nmakes no sense, and 2 if the request is"
            + " refused.%n",
    sortOptions = true)
final class PolicyCheckCommand implements Subcommand {
  private static final int REFUSED = 2;

  @Parameters(index = "0", paramLabel = "FILE", hidden = true)
  String file = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "METHOD", hidden = true)
  @Nullable String method;

  @Parameters(index = "2", arity = "0..1", paramLabel = "PATH", hidden = true)
  @Nullable String path;

  @Option(
      names = "--cn",
      paramLabel = "string",
      description = "Identity: the common name of a client certificate")
  @Nullable String commonName;

  @Option(
      names = "--ou",
      paramLabel = "string",
      description = "Identity: an organizational unit of the certificate")
  List<String> units = new ArrayList<>();

  @Option(
      names = "--san",
      paramLabel = "string",
      description = "Identity: an alternative name of the certificate")
  List<String> names = new ArrayList<>();

  @Option(
      names = "--cert",
      paramLabel = "string",
      description = "Identity: a client certificate in a file (PEM)")
  @Nullable String certificate;

  @Option(
      names = "--uid",
      paramLabel = "int",
      description = "Identity: the user of a process at the Unix socket")
  @Nullable Integer uid;

  @Option(
      names = "--gid",
      paramLabel = "int",
      description = "Identity: its group (default the user's number)")
  @Nullable Integer gid;

  @Option(names = "--anonymous", description = "Identity: a TCP client without a certificate")
  boolean anonymous;

  @Option(
      names = "--body",
      paramLabel = "string",
      description = "File with the JSON of a container to be created")
  @Nullable String body;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  @Override
  public int run() {
    Policy policy = new AccessOptions(Path.of(file), null, List.of()).read();
    if (policy == null) {
      throw new IllegalStateException("a policy without a file");
    }
    Caller caller = caller();
    if (caller == null) {
      if (method != null) {
        throw new StartupFailure(
            "say whose request it is: --cn, --ou, --san, --cert, --uid, --gid or --anonymous");
      }
      System.out.println(file + ": " + policy.rules().size() + " rules");
      return 0;
    }
    return method == null ? list(policy, caller) : decide(policy, caller, method);
  }

  private static int list(Policy policy, Caller caller) {
    List<Rule> rules = policy.of(caller);
    if (rules.isEmpty()) {
      System.out.println("no rule names this caller");
      return REFUSED;
    }
    for (Rule rule : rules) {
      String what =
          rule.role() == null
              ? String.join(", ", rule.routes().stream().map(Object::toString).toList())
              : rule.role().word();
      System.out.println(rule.name() + ": " + what);
    }
    return 0;
  }

  private int decide(Policy policy, Caller caller, String asked) {
    if (path == null || !path.startsWith("/")) {
      throw new StartupFailure("a request is a method and a path, such as GET /containers/json");
    }
    PolicyPreview.Verdict verdict =
        PolicyPreview.of(policy, caller, asked.toUpperCase(Locale.ROOT), path, content());
    if (verdict.refused()) {
      System.out.println("refused: " + verdict.reason());
      return REFUSED;
    }
    System.out.println("allowed by " + verdict.rule());
    verdict.conditions().forEach(condition -> System.out.println("  if " + condition));
    return 0;
  }

  private byte[] content() {
    try {
      return body == null ? new byte[0] : Files.readAllBytes(Path.of(body));
    } catch (IOException e) {
      throw new StartupFailure("cannot read " + body + ": " + Reason.of(e), e);
    }
  }

  /** Null if none is given. */
  private @Nullable Caller caller() {
    boolean named = commonName != null || !units.isEmpty() || !names.isEmpty();
    boolean local = uid != null || gid != null;
    int ways =
        (named ? 1 : 0) + (local ? 1 : 0) + (certificate != null ? 1 : 0) + (anonymous ? 1 : 0);
    if (ways > 1) {
      throw new StartupFailure("a caller has either a certificate, or a uid and gid, or neither");
    }
    if (certificate != null) {
      return PolicyPreview.caller(read(certificate));
    }
    if (named) {
      String cn = commonName == null ? "" : commonName;
      return new Caller.Certificate("CN=" + cn, cn, units, names, "0");
    }
    if (local) {
      int user = uid == null ? -1 : uid;
      return new Caller.Peer(user, gid == null ? user : gid, 0);
    }
    return anonymous ? new Caller.Unknown("tcp") : null;
  }

  private static X509Certificate read(String file) {
    try (InputStream input = Files.newInputStream(Path.of(file))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(input);
    } catch (IOException e) {
      throw new StartupFailure("cannot read " + file + ": " + Reason.of(e), e);
    } catch (CertificateException e) {
      throw new StartupFailure(file + " holds no certificate: " + e.getMessage(), e);
    }
  }
}
