package io.layerd.daemon.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** netavark, aardvark-dns and iptables, and whether iptables gets on with the kernel. */
final class NetworkPrograms implements Check {
  private final Function<String, Optional<Path>> find;

  NetworkPrograms(Function<String, Optional<Path>> find) {
    this.find = find;
  }

  @Override
  public List<Finding> look() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        found("netavark")
            .orElseGet(
                () ->
                    Finding.failure(
                        "netavark",
                        "not found: containers get no bridge network",
                        "install netavark")));
    findings.add(
        found("aardvark-dns")
            .orElseGet(
                () ->
                    Finding.warning(
                        "aardvark-dns",
                        "not found: containers do not find each other by name",
                        "install aardvark-dns")));
    findings.add(
        find.apply("iptables")
            .map(NetworkPrograms::iptables)
            .orElseGet(
                () ->
                    Finding.failure(
                        "iptables",
                        "not found: no published ports, no way out of bridge networks",
                        "install iptables")));
    return findings;
  }

  private Optional<Finding> found(String name) {
    return find.apply(name)
        .map(
            path -> {
              // before the version there may be complaints, of a missing syslog for one
              String version =
                  HostProgram.run(path.toString(), "--version")
                      .output()
                      .lines()
                      .filter(line -> line.startsWith(name + " "))
                      .map(line -> line.substring(name.length() + 1) + " ")
                      .findFirst()
                      .orElse("");
              return Finding.ok(name, version + path);
            });
  }

  private static Finding iptables(Path path) {
    HostProgram.Result rules =
        HostProgram.run(path.toString(), "--wait", "--table", "nat", "--list-rules");
    if (rules.status() != 0) {
      return Finding.failure(
          "iptables",
          path + " does not work: " + rules.lastLine(),
          "load the kernel's modules: modprobe nf_tables nft_compat, or ip_tables iptable_nat");
    }
    String version = HostProgram.run(path.toString(), "--version").firstLine();
    return Finding.ok("iptables", version.replaceFirst("^iptables ", "") + " " + path);
  }
}
