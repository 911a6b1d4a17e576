package io.layerd.authorization;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who sends a request, as the connection proves it. */
public sealed interface Caller {
  /** As an audit line shows it. */
  Map<String, Object> shown();

  /**
   * Who has a client certificate that the daemon's authority signed.
   *
   * @param subject RFC 2253
   * @param commonName empty if there is none
   * @param units the OUs
   * @param names alternative names: DNS, mail, URI, address
   * @param serial hexadecimal
   */
  record Certificate(
      String subject, String commonName, List<String> units, List<String> names, String serial)
      implements Caller {
    public Certificate {
      units = List.copyOf(units);
      names = List.copyOf(names);
    }

    @Override
    public Map<String, Object> shown() {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("subject", subject);
      shown.put("serial", serial);
      return shown;
    }
  }

  /** A process at the other end of a Unix socket, as it was when it connected. */
  record Peer(int uid, int gid, int pid) implements Caller {
    @Override
    public Map<String, Object> shown() {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("uid", uid);
      shown.put("gid", gid);
      shown.put("pid", pid);
      return shown;
    }
  }

  /** Anybody who reaches a TCP address. */
  record Unknown(String address) implements Caller {
    @Override
    public Map<String, Object> shown() {
      return Map.of("address", address);
    }
  }
}
