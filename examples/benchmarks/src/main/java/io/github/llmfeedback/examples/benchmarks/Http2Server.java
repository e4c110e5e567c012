package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.mockwebserver.Dispatcher;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A server that speaks HTTP/2 over TLS and takes {@link #DELAY_MILLIS} for each response, in a JVM
 * of its own. Ends when its standard input does.
 */
final class Http2Server {
  /** How long each response takes. */
  static final int DELAY_MILLIS = 50;

  /** The password of the file with the certificate. */
  static final String PASSWORD = "benchmarks";

  private Http2Server() {}

  /**
   * Prints the port and serves.
   *
   * @param args the file to write the server's certificate to, for the clients to trust
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    // Held here, or the level is forgotten with the logger.
    Logger perRequest = Logger.getLogger(MockWebServer.class.getName());
    perRequest.setLevel(Level.WARNING);
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    write(certificate, Path.of(args[0]));
    MockWebServer server = new MockWebServer();
    // Else the end of a response waits for the acknowledgement of its beginning, some 10 ms.
    server.setServerSocketFactory(new NoDelayServer());
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslSocketFactory(),
        false);
    server.setDispatcher(new Accepting(server));
    server.start();
    System.out.println(server.getPort());
    System.in.readAllBytes(); // until whoever started this JVM closes it
    perRequest.setLevel(Level.OFF);
    System.exit(0);
  }

  private static void write(HeldCertificate certificate, Path file)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate.certificate());
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD.toCharArray());
    }
  }

  /** Helicone's acceptance, later. */
  private static final class Accepting extends Dispatcher {
    private final MockWebServer server;

    Accepting(MockWebServer server) {
      this.server = server;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      server.takeRequest(0, TimeUnit.MILLISECONDS); // it would keep every one
      return new MockResponse()
          .setResponseCode(201)
          .setHeader("Content-Type", "application/json")
          .setBody("{\"data\":null,\"error\":null}")
          .setHeadersDelay(DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
