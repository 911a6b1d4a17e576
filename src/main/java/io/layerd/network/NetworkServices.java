package io.layerd.network;

import io.layerd.durable.AtomicFiles;
import io.layerd.sys.Sys;

/** Opens the networks of a daemon. */
public final class NetworkServices {
  private NetworkServices() {}

  /**
   * Reads what an earlier daemon left; call {@link NetworkService#recover} next, before the first
   * {@link NetworkService#connect}.
   */
  public static NetworkService open(NetworkOptions options, Sys sys) {
    NetworkTable table = NetworkTable.open(options, new AtomicFiles(sys));
    NetNamespaces namespaces = new NetNamespaces(sys, options.execRoot().resolve("netns"));
    namespaces.open();
    AttachmentStore store = AttachmentStore.open(options.execRoot().resolve("network"));
    Netavark netavark = new Netavark(options, options.execRoot().resolve("netavark"));
    return new NetavarkNetworks(options, table, namespaces, store, netavark);
  }
}
