package io.layerd.image;

import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Described;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.Repository;

/** What a registry holds under a name, without pulling it. */
final class ImageLookup {
  private final Registry registry;

  ImageLookup(Registry registry) {
    this.registry = registry;
  }

  Described run(String reference, RegistryCredentials credentials) {
    Reference name = Reference.parse(reference).stored();
    Abort abort = new Abort();
    EngineException last = null;
    for (Repository repository : registry.repositories(name, credentials)) {
      try {
        repository.connect(abort);
        return repository.describe(name, abort);
      } catch (EngineException e) {
        last = e;
      }
    }
    throw last == null ? new SystemFailure("no endpoints found for " + name.domain()) : last;
  }
}
