package io.layerd.api.access;

import io.layerd.authorization.Caller;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Finds out who is at the other end of a connection: from TLS, or from the kernel. */
final class Callers {
  private Callers() {}

  static Caller of(HttpServerRequest request) {
    X509Certificate certificate = certificate(request.connection());
    if (certificate != null) {
      return of(certificate);
    }
    Channel channel = ((ConnectionBase) request.connection()).channel();
    if (channel instanceof EpollDomainSocketChannel local) {
      try {
        PeerCredentials peer = local.peerCredentials();
        int[] gids = peer.gids();
        return new Caller.Peer(peer.uid(), gids.length == 0 ? -1 : gids[0], peer.pid());
      } catch (IOException e) {
        return new Caller.Unknown("unix socket, closed");
      }
    }
    return new Caller.Unknown(String.valueOf(request.remoteAddress()));
  }

  /** The one that TLS has verified; null if there is none. */
  static @Nullable X509Certificate certificate(HttpConnection connection) {
    if (!connection.isSsl()) {
      return null;
    }
    try {
      List<Certificate> chain = connection.peerCertificates();
      return chain.isEmpty() ? null : (X509Certificate) chain.getFirst();
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  static Caller.Certificate of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    List<String> commonNames = new ArrayList<>();
    List<String> units = new ArrayList<>();
    try {
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        NamingEnumeration<? extends Attribute> attributes = rdn.toAttributes().getAll();
        while (attributes.hasMore()) {
          Attribute attribute = attributes.next();
          List<String> values =
              switch (attribute.getID().toUpperCase(Locale.ROOT)) {
                case "CN" -> commonNames;
                case "OU" -> units;
                default -> new ArrayList<>();
              };
          NamingEnumeration<?> all = attribute.getAll();
          while (all.hasMore()) {
            values.add(String.valueOf(all.next()));
          }
        }
      }
    } catch (InvalidNameException e) {
      commonNames.clear(); // nobody then
      units.clear();
    } catch (NamingException e) {
      throw new IllegalStateException(e); // names are read from memory
    }
    return new Caller.Certificate(
        subject,
        commonNames.size() == 1 ? commonNames.getFirst() : "",
        units,
        names(certificate),
        certificate.getSerialNumber().toString(16));
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> one : all) {
          if (one.get(1) instanceof String name) {
            names.add(name);
          }
        }
      }
    } catch (CertificateParsingException e) {
      names.clear();
    }
    return names;
  }
}
