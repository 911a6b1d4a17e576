package io.layerd.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The openssl program, working in one directory. */
public record OpenSsl(Path directory) {
  /** Runs a line of shell there; answers what it prints, and fails unless it succeeds. */
  public String run(String script) {
    try {
      Process process =
          new ProcessBuilder("bash", "-ec", script)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(script + "\n" + text).isZero();
      return text;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * The steps of Docker's manual, with smaller keys: ca.pem, ca-key.pem (pass-phrase "secret"),
   * server-cert.pem, server-key.pem, cert.pem, key.pem.
   */
  public void manual(int bits) {
    run(
        """
        openssl genrsa -aes256 -passout pass:secret -out ca-key.pem %1$d
        openssl req -new -x509 -days 30 -key ca-key.pem -passin pass:secret -sha256 -subj /CN=manual -out ca.pem
        openssl genrsa -out server-key.pem %1$d
        openssl req -subj /CN=localhost -sha256 -new -key server-key.pem -out server.csr
        printf 'subjectAltName = DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage = serverAuth\\n' >extfile.cnf
        openssl x509 -req -days 30 -sha256 -in server.csr -CA ca.pem -CAkey ca-key.pem -passin pass:secret \
          -CAcreateserial -out server-cert.pem -extfile extfile.cnf
        openssl genrsa -out key.pem %1$d
        openssl req -subj /CN=client -new -key key.pem -out client.csr
        echo extendedKeyUsage = clientAuth >extfile-client.cnf
        openssl x509 -req -days 30 -sha256 -in client.csr -CA ca.pem -CAkey ca-key.pem -passin pass:secret \
          -CAcreateserial -out cert.pem -extfile extfile-client.cnf
        """
            .formatted(bits));
  }
}
