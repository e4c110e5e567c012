package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Adds up what the receipts of a run say, provider by provider. */
final class Ledger {
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  Ledger(List<String> providers) {
    providers.forEach(provider -> sums.put(provider, new Sum()));
  }

  /** Adds one call. */
  Receipt add(Receipt receipt) {
    took(receipt.provider(), receipt.elapsed());
    return addOfBatch(receipt);
  }

  /** Adds one feedback of a batch; the batch's time is added once for all of them. */
  Receipt addOfBatch(Receipt receipt) {
    Sum sum = sum(receipt.provider());
    sum.lost += receipt.losses().size();
    sum.ids += receipt.ids().size();
    return receipt;
  }

  void took(String provider, Duration time) {
    Sum sum = sum(provider);
    sum.took = sum.took.plus(time);
  }

  private Sum sum(String provider) {
    return sums.computeIfAbsent(provider, name -> new Sum());
  }

  /** The table's rows; what is kept and how many requests it took, the sandbox knows. */
  List<List<String>> rows(Sandbox sandbox) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("provider", "kept", "lost", "ids", "requests", "ms"));
    sums.forEach(
        (provider, sum) ->
            rows.add(
                List.of(
                    provider,
                    number(sandbox.kept(provider)),
                    number(sum.lost),
                    number(sum.ids),
                    number(sandbox.requests(provider)),
                    number(sum.took.toMillis()))));
    return rows;
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static final class Sum {
    private long lost;
    private long ids;
    private Duration took = Duration.ZERO;
  }
}
