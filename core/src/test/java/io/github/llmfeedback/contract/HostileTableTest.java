package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.contract.HostileTable.Mode;
import io.github.llmfeedback.contract.other.OtherAuthor;
import org.junit.jupiter.api.Test;

class HostileTableTest {
  @Test
  void anotherAuthorsTableLiesBesideTheTest() {
    HostileTable table = new HostileTable(OtherAuthor.class);
    assertThat(table.rows()).containsExactly("500 | sync");
    assertThat(table.cell("500", Mode.SYNC, "toy")).isEqualTo("500/1?");
  }

  @Test
  void withoutOneItIsTheTableOfThisLibrarysOwnProviders() {
    HostileTable table = new HostileTable(String.class);
    assertThat(table.cell("500", Mode.SYNC, "portkey")).isEqualTo("500/1?");
  }
}
