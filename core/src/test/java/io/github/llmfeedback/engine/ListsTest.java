package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.spi.Batching;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that may turn out not to accept lists. */
class ListsTest {
  private final LoopbackServer server = new LoopbackServer();
  private final ToyClient client =
      new ToyClient(
          server.url(),
          ToyDialect.lists(Batching.lists(10, 1 << 20).uncertain()),
          ToyClient.impatient().concurrency(1).build());

  @BeforeEach
  void refuseLists() {
    server.answerAll(seen -> seen.body().startsWith("[") ? Reply.of(400, "") : Reply.of(200, "{}"));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private List<Integer> sizes() {
    return server.takeAll().stream().map(seen -> ToyClient.targets(seen).size()).toList();
  }

  @Test
  void theItemsOfARefusedListGoOneByOne() {
    assertThat(client.submitAll(ToyClient.many(4))).hasSize(4).allMatch(Outcome::isAccepted);
    assertThat(sizes()).containsExactly(4, 1, 1, 1, 1);
  }

  @Test
  void ifAllItemsAreTakenAloneItIsRemembered() {
    assertThat(client.submitAll(ToyClient.many(25))).allMatch(Outcome::isAccepted);
    assertThat(sizes()).as("the first list, then 25 items").hasSize(26).startsWith(10, 1);
    assertThat(client.submitAll(ToyClient.many(3))).allMatch(Outcome::isAccepted);
    assertThat(sizes()).containsExactly(1, 1, 1);
  }

  @Test
  void ifOneItemIsRefusedAloneItMayHaveBeenItsFault() {
    server.answerAll(
        seen -> ToyClient.targets(seen).contains("t1") ? Reply.of(400, "") : Reply.of(200, "{}"));
    assertThat(client.submitAll(ToyClient.many(4))).filteredOn(it -> !it.isAccepted()).hasSize(1);
    assertThat(sizes()).containsExactly(4, 1, 1, 1, 1);
    client.submitAll(ToyClient.many(4).subList(2, 4)).forEach(Outcome::orThrow);
    assertThat(sizes()).as("lists are tried again").containsExactly(2);
  }

  @Test
  void aListThatIsTooLargeIsHalvedNotDoubted() {
    server.answerAll(
        seen -> ToyClient.targets(seen).size() > 2 ? Reply.of(413, "") : Reply.of(200, "{}"));
    assertThat(client.submitAll(ToyClient.many(4))).allMatch(Outcome::isAccepted);
    assertThat(sizes()).containsExactly(4, 2, 2);
  }
}
