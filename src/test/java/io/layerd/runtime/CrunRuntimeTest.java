package io.layerd.runtime;

/** The same with crun. */
class CrunRuntimeTest extends ConmonRuntimeTest {
  @Override
  String runtimeName() {
    return "crun";
  }
}
