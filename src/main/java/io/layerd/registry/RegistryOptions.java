package io.layerd.registry;

/** The settings in force; a reload replaces them, and whatever starts afterwards sees the new. */
public final class RegistryOptions {
  private volatile RegistrySettings settings;

  public RegistryOptions(RegistrySettings settings) {
    this.settings = settings;
  }

  public RegistrySettings get() {
    return settings;
  }

  public void set(RegistrySettings newSettings) {
    settings = newSettings;
  }
}
