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
 * What became of one feedback, and what the server saw of it.
 *
 * @param receipt the receipt, if there is one
 * @param error the error, if there is none
 * @param seen all requests
 */
record Told(@Nullable Receipt receipt, @Nullable FeedbackException error, List<Seen> seen) {
  static Told of(LoopbackServer server, Supplier<Receipt> submit) {
    try {
      Receipt receipt = submit.get();
      return new Told(receipt, null, server.takeAll());
    } catch (FeedbackException e) {
      return new Told(null, e, server.takeAll());
    }
  }

  /** What the receipt says of something, if there is one. */
  <T> Optional<T> map(Function<Receipt, T> question) {
    return Optional.ofNullable(receipt).map(question);
  }

  /** Paths and bodies, which tell what was said; headers may differ for other reasons. */
  String text() {
    return seen.stream()
        .map(request -> request.method() + " " + request.path() + "\n" + request.body())
        .collect(Collectors.joining("\n"));
  }
}
