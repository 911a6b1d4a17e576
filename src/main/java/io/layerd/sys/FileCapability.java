package io.layerd.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The value of {@code security.capability} (capabilities(7)): revision 2 counts where root is the
 * host's, revision 3 names the id outside of the root it counts for.
 */
final class FileCapability {
  private static final int MASK = 0xff000000;
  private static final int REVISION_2 = 0x02000000;
  private static final int REVISION_3 = 0x03000000;
  private static final int BYTES_2 = 20;
  private static final int BYTES_3 = 24;

  private FileCapability() {}

  /** Without an owner, as layers have it. */
  static byte[] plain(byte[] value) {
    return is(value, REVISION_3, BYTES_3)
        ? revised(Arrays.copyOf(value, BYTES_2), REVISION_2)
        : value;
  }

  /** For a namespace whose root has this id outside. */
  static byte[] of(byte[] value, int rootUid) {
    if (!is(value, REVISION_2, BYTES_2)) {
      return value;
    }
    byte[] owned = revised(Arrays.copyOf(value, BYTES_3), REVISION_3);
    little(owned).putInt(BYTES_2, rootUid);
    return owned;
  }

  private static boolean is(byte[] value, int revision, int bytes) {
    return value.length == bytes && (little(value).getInt(0) & MASK) == revision;
  }

  private static byte[] revised(byte[] value, int revision) {
    ByteBuffer buffer = little(value);
    buffer.putInt(0, buffer.getInt(0) & ~MASK | revision);
    return value;
  }

  private static ByteBuffer little(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
  }
}
