package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeliconeTableTest {
  private static final String ALL = "'filter':'all'";
  private static final String POSITIVE =
      "'filter':{'request_response_rmt':{'helicone-score-feedback':{'equals':true}}}";

  private final ManualClock clock = new ManualClock();
  private final Sandbox sandbox = new Sandbox(Duration.ZERO, clock);
  private final SandboxHelicone helicone = sandbox.helicone();
  private final Caller caller =
      new Caller(sandbox.heliconeBaseUrl(), "Authorization", "Bearer " + sandbox.heliconeKey());

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void aLogMakesOneVersionAndEachRatingTwoMore() {
    UUID id = log(clock.instant());
    assertThat(helicone.table().stored()).hasSize(1);

    helicone.rate(id, true);
    assertThat(helicone.table().stored()).hasSize(3);

    helicone.rate(id, true);
    assertThat(helicone.table().stored()).hasSize(5);
  }

  @Test
  void limitAndOffsetCountVersionsSoThatAShortPageIsNotTheLast() {
    UUID older = log(clock.instant().minusSeconds(1));
    UUID newer = log(clock.instant());
    helicone.rate(newer, true);

    assertThat(page(ALL, 2, 0)).containsExactly(newer);
    assertThat(page(ALL, 2, 2)).containsExactly(newer, older);
    assertThat(page(ALL, 2, 4)).isEmpty();
  }

  @Test
  void aRequestIsFoundByAnOlderVersionAndShownAsItsNewest() {
    UUID id = log(clock.instant());
    helicone.rate(id, true);
    helicone.rate(id, false);

    Caller.Answer answer = query("{" + POSITIVE + "}");

    assertThat(answer.json().path("data")).hasSize(1);
    assertThat(answer.json().at("/data/0/scores/helicone-score-feedback").asInt()).isZero();
  }

  @Test
  void anOldVersionVanishesTwoSecondsAfterTheLastWrite() {
    UUID id = log(clock.instant());
    helicone.rate(id, true);
    helicone.rate(id, false);

    clock.advance(Duration.ofMillis(1_999));
    assertThat(page(POSITIVE, 10, 0)).containsExactly(id);

    clock.advance(Duration.ofMillis(1));
    assertThat(page(POSITIVE, 10, 0)).isEmpty();
    assertThat(helicone.rating(id)).contains(false);
  }

  @Test
  void aMergeBetweenTwoPagesShiftsTheOffsets() {
    UUID first = log(clock.instant().minusSeconds(1));
    UUID second = log(clock.instant().minusSeconds(2));
    UUID third = log(clock.instant().minusSeconds(3));
    helicone.rate(first, true);
    helicone.rate(second, true);

    assertThat(page(ALL, 3, 0)).containsExactly(first);
    helicone.table().merge(row -> row.id().equals(first));
    assertThat(page(ALL, 3, 0)).containsExactly(first, second);
    assertThat(page(ALL, 3, 3)).containsExactly(second, third);

    helicone.table().merge();
    assertThat(page(ALL, 3, 3)).isEmpty();
  }

  @Test
  void requestsOfOneMomentComeInAnotherOrderForEachPage() {
    Set<UUID> all = new HashSet<>();
    IntStream.range(0, 20).forEach(n -> all.add(log(clock.instant())));

    Set<List<UUID>> orders = new HashSet<>();
    IntStream.range(0, 20).forEach(n -> orders.add(page(ALL, 20, 0)));

    assertThat(orders).hasSizeGreaterThan(1).allMatch(order -> all.equals(new HashSet<>(order)));
  }

  @Test
  void aRequestThatIsRatedWithoutAPauseKeepsOneHundredVersions() {
    UUID id = log(clock.instant());

    IntStream.range(0, 10_000).forEach(n -> helicone.rate(id, n % 2 == 0));

    assertThat(helicone.table().stored()).hasSize(100);
    assertThat(helicone.rating(id)).contains(false);
  }

  private UUID log(Instant createdAt) {
    UUID id = UUID.randomUUID();
    helicone.llmCall(id, Map.of(), createdAt);
    return id;
  }

  private List<UUID> page(String filter, int limit, int offset) {
    List<UUID> ids = new ArrayList<>();
    query("{" + filter + ",'limit':" + limit + ",'offset':" + offset + "}")
        .json()
        .path("data")
        .forEach(row -> ids.add(UUID.fromString(row.path("request_id").asText())));
    return ids;
  }

  private Caller.Answer query(String query) {
    return caller.call("POST", "/v1/request/query-clickhouse", query);
  }
}
