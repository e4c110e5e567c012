package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the statements that were sent a response names, and by which record.
 *
 * <p>That the response mirrors the request is inferred (v4 reference, 2025). A record names a
 * statement by its place, where there are as many records as statements and no record says
 * otherwise; or by its datapoint and type, and its value where a datapoint can have several of the
 * type.
 */
final class HumanloopRecords {
  private static final Set<String> SEVERAL = Set.of("issue", "action");

  private final List<HumanloopWire> sent;
  private final @Nullable ProviderResponse[] named;
  private final int records;

  HumanloopRecords(ProviderResponse response, List<HumanloopWire> sent) {
    this.sent = sent;
    this.named = new ProviderResponse[sent.size()];
    List<ProviderResponse> all = response.isArray() ? response.items("") : List.of(response);
    List<ProviderResponse> left =
        new ArrayList<>(all.stream().filter(HumanloopRecords::isRecord).toList());
    this.records = left.size();
    if (records == sent.size()) {
      matchByPlace(left);
    }
    matchByName(left);
  }

  /** Whatever stands at the hosted address now may say 200; a record has a field of a feedback. */
  private static boolean isRecord(ProviderResponse record) {
    return record.hasAny("/id", "/type", "/value", "/data_id")
        && Verdict.errorAt(record, "/error", "/detail").isEmpty();
  }

  private void matchByPlace(List<ProviderResponse> left) {
    List<ProviderResponse> inOrder = List.copyOf(left);
    for (int i = 0; i < sent.size(); i++) {
      ProviderResponse record = inOrder.get(i);
      HumanloopWire statement = sent.get(i);
      if (!record.hasOtherText("/data_id", statement.dataId())
          && !record.hasOtherText("/type", statement.type())) {
        named[i] = record;
        left.remove(record);
      }
    }
  }

  private void matchByName(List<ProviderResponse> left) {
    for (int i = 0; i < sent.size(); i++) {
      HumanloopWire statement = sent.get(i);
      if (named[i] == null) {
        Optional<ProviderResponse> record =
            left.stream().filter(it -> names(it, statement)).findFirst();
        if (record.isPresent()) {
          named[i] = record.get();
          left.remove(record.get());
        }
      }
    }
  }

  private static boolean names(ProviderResponse record, HumanloopWire statement) {
    return record.hasText("/data_id", statement.dataId())
        && record.hasText("/type", statement.type())
        && (!SEVERAL.contains(statement.type())
            || record.hasText("/value", String.valueOf(statement.value())));
  }

  /** The provider's yes, but for what it does not name. */
  Verdict verdict(Verdict yes) {
    return yes.ofNamed(
        sent.size(),
        i -> named[i] != null,
        "the response has no record of this statement",
        records == 0
            ? "it is not feedback of Humanloop's; check the base URL"
            : "the response has records of other statements only, or does not say of which");
  }

  /** The id of the record of the statement with this index. */
  Optional<String> id(int index) {
    return Optional.ofNullable(named[index]).flatMap(record -> record.id("/id"));
  }
}
