package io.layerd.certs;

import io.layerd.error.InvalidParameter;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.util.IPAddress;

/** The names and addresses a server answers to; clients compare theirs with them. */
public record AltNames(List<String> hosts, List<String> addresses) {
  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\\.[A-Za-z0-9_-]+)*\\.?");

  /** For certificates of clients. */
  public static final AltNames NONE = new AltNames(List.of(), List.of());

  /** This machine, by itself. */
  private static final AltNames LOCAL = new AltNames(List.of("localhost"), List.of("127.0.0.1"));

  /**
   * @throws InvalidParameter if one is neither a host name nor an IP address
   */
  public AltNames {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
    for (String host : hosts) {
      if (!HOST.matcher(host).matches()) {
        throw new InvalidParameter("\"" + host + "\" is not a host name");
      }
    }
    for (String address : addresses) {
      if (!IPAddress.isValid(address)) {
        throw new InvalidParameter("\"" + address + "\" is not an IP address");
      }
    }
  }

  /** These and the local machine's, each once; an address among the hosts counts as one. */
  public AltNames withLocal() {
    Set<String> allHosts = new LinkedHashSet<>();
    Set<String> allAddresses = new LinkedHashSet<>(addresses);
    for (String host : hosts) {
      (IPAddress.isValid(host) ? allAddresses : allHosts).add(host);
    }
    allHosts.addAll(LOCAL.hosts);
    allAddresses.addAll(LOCAL.addresses);
    return new AltNames(List.copyOf(allHosts), List.copyOf(allAddresses));
  }

  boolean isEmpty() {
    return hosts.isEmpty() && addresses.isEmpty();
  }

  /** All of them, for a reader. */
  public List<String> all() {
    return Stream.concat(hosts.stream(), addresses.stream()).toList();
  }

  GeneralNames encoded() {
    return new GeneralNames(
        Stream.concat(
                hosts.stream().map(host -> new GeneralName(GeneralName.dNSName, host)),
                addresses.stream().map(address -> new GeneralName(GeneralName.iPAddress, address)))
            .toArray(GeneralName[]::new));
  }

  static AltNames of(X509Certificate certificate) {
    List<String> hosts = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    try {
      var names = certificate.getSubjectAlternativeNames();
      if (names != null) {
        for (List<?> name : names) {
          int type = (Integer) name.get(0);
          if (type == GeneralName.dNSName) {
            hosts.add((String) name.get(1));
          } else if (type == GeneralName.iPAddress) {
            addresses.add((String) name.get(1));
          }
        }
      }
      return new AltNames(hosts, addresses);
    } catch (CertificateParsingException e) {
      throw new InvalidParameter(
          "the certificate of " + Certificates.name(certificate) + " has malformed names", e);
    }
  }
}
