package io.github.llmfeedback.contract;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of submitting one feedback, and the requests that the server saw.
 *
 * @param receipt the receipt, if there is one
 * @param error the error, if there is none
 * @param seen all requests
 */
record Observed(@Nullable Receipt receipt, @Nullable FeedbackException error, List<Seen> seen) {
  static Observed of(LoopbackServer server, Supplier<Receipt> submit) {
    try {
      Receipt receipt = submit.get();
      return new Observed(receipt, null, server.takeAll());
    } catch (FeedbackException e) {
      return new Observed(null, e, server.takeAll());
    }
  }

  /** A value of the receipt, if there is one. */
  <T> Optional<T> map(Function<Receipt, T> question) {
    return Optional.ofNullable(receipt).map(question);
  }

  /** Methods, paths and bodies of the requests; headers may differ for other reasons. */
  String text() {
    return seen.stream()
        .map(request -> request.method() + " " + request.path() + "\n" + request.body())
        .collect(Collectors.joining("\n"));
  }
}
