package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection carries the calls of one client, so that its faults do not affect another. */
@Timeout(60)
class OwnConnectionsTest {
  private final List<String> heads = new CopyOnWriteArrayList<>();

  @AutoClose
  private final RawServer server =
      new RawServer(
          socket -> {
            while (true) {
              heads.add(socket.getPort() + " " + RawServer.readRequest(socket));
              RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            }
          });

  private ToyClient client(String key, ClientSettings settings) {
    return new ToyClient(server.url(), key, new ToyDialect(), settings);
  }

  private void eachHasConnectionsOfItsOwn(ClientSettings settings) {
    try (ToyClient one = client("key-of-the-first", settings);
        ToyClient other = client("key-of-the-second", settings)) {
      for (int i = 0; i < 3; i++) {
        one.submit(on("a"));
        other.submit(on("b"));
      }
      assertThat(heads).hasSize(6);
      assertThat(ports("key-of-the-first")).as("kept between its calls").hasSize(1);
      assertThat(ports("key-of-the-second")).as("kept between its calls").hasSize(1);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  private List<String> ports(String key) {
    return heads.stream()
        .filter(head -> head.contains(key))
        .map(head -> head.substring(0, head.indexOf(' ')))
        .distinct()
        .toList();
  }

  @Test
  void twoClientsNeverUseOneConnection() {
    eachHasConnectionsOfItsOwn(ToyClient.settings().build());
  }

  @Test
  void twoClientsNeverUseOneConnectionOfOneOkHttpClient() {
    OkHttpClient users = new OkHttpClient();
    eachHasConnectionsOfItsOwn(ToyClient.settings().httpClient(users).build());
    assertThat(users.connectionPool().connectionCount()).isZero();
    users.dispatcher().executorService().shutdown();
  }

  @Test
  void aClientThatClosesLetsItsConnectionsGoAndNoOthers() {
    try (ToyClient stays = client("key-of-the-first", ToyClient.settings().build())) {
      stays.submit(on("a"));
      try (ToyClient goes = client("key-of-the-second", ToyClient.settings().build())) {
        goes.submit(on("b"));
      }
      Await.isTrue("closed", () -> server.closed() == 1);
      stays.submit(on("a"));
      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.closed()).isEqualTo(1);
    }
  }
}
