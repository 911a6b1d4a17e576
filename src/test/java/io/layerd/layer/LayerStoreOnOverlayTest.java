package io.layerd.layer;

/** The same on overlay. */
class LayerStoreOnOverlayTest extends LayerStoreTest {
  @Override
  protected String driverName() {
    return "overlay";
  }
}
