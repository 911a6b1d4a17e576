package io.layerd.network.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes answers (RFC 1035, section 4). */
final class Answer {
  private static final int TTL_SECONDS = 600;
  private static final int IN = 1;
  private static final int NAME_OF_QUESTION = 0xc00c;
  private static final int RESPONSE = 0x8000;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int RECURSION_AVAILABLE = 0x0080;
  private static final int SERVER_FAILURE = 2;
  private static final int COUNT_OFFSET = 6;

  private Answer() {}

  /** Addresses of a name that exists; none if it has none of the family asked for. */
  static byte[] addresses(Question question, List<byte[]> addresses) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head(question, 0, addresses.size()));
    addresses.forEach(address -> bytes.writeBytes(record(question.type(), address)));
    return bytes.toByteArray();
  }

  static byte[] name(Question question, String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head(question, 0, 1));
    bytes.writeBytes(record(Question.PTR, encoded(name)));
    return bytes.toByteArray();
  }

  static byte[] failure(Question question) {
    return head(question, SERVER_FAILURE, 0);
  }

  /** The same answer for a client that takes no more bytes at once: it asks again over TCP. */
  static byte[] fitting(Question question, byte[] answer) {
    if (answer.length <= question.maxBytes()) {
      return answer;
    }
    byte[] head = head(question, 0, 0);
    ByteBuffer buffer = ByteBuffer.wrap(head);
    buffer.putShort(2, (short) (buffer.getShort(2) | TRUNCATED));
    return head;
  }

  private static byte[] head(Question question, int code, int answers) {
    byte[] head = question.head();
    ByteBuffer buffer = ByteBuffer.wrap(head);
    int desired = buffer.getShort(2) & RECURSION_DESIRED;
    buffer.putShort(2, (short) (RESPONSE | desired | RECURSION_AVAILABLE | code));
    buffer.putShort(COUNT_OFFSET, (short) answers);
    buffer.putInt(COUNT_OFFSET + 2, 0);
    return head;
  }

  private static byte[] record(int type, byte[] data) {
    return ByteBuffer.allocate(12 + data.length)
        .putShort((short) NAME_OF_QUESTION)
        .putShort((short) type)
        .putShort((short) IN)
        .putInt(TTL_SECONDS)
        .putShort((short) data.length)
        .put(data)
        .array();
  }

  private static byte[] encoded(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (String label : name.split("\\.", -1)) {
        byte[] text = label.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(63, text.length);
        if (length > 0) {
          out.writeByte(length);
          out.write(text, 0, length);
        }
      }
      out.writeByte(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
