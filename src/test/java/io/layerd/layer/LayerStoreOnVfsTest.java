package io.layerd.layer;

/** The same on vfs. */
class LayerStoreOnVfsTest extends LayerStoreTest {
  @Override
  protected String driverName() {
    return "vfs";
  }
}
