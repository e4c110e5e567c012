package io.github.llmfeedback.spi;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.TargetKey;
import java.util.List;
import java.util.Map;

/**
 * How one provider writes feedback and responds to it. Pure: no I/O, no state, thread-safe.
 *
 * <p>What happens to a feedback: its parts are accounted for against {@link #capabilities}, its
 * target is {@linkplain #address addressed}, it is {@linkplain #encode encoded}, several are
 * {@linkplain #batching batched}, a {@linkplain #request request} is sent, the response gets a
 * {@linkplain #verdict verdict}, and the ids in it are {@linkplain #decode decoded}.
 *
 * @param <W> the provider's wire object: a record with exactly the fields of the JSON
 */
public interface Dialect<W> {
  /** What the provider keeps; its {@link Capabilities#provider() provider} names the dialect. */
  Capabilities capabilities();

  /** The kind of id that the provider keeps feedback under. */
  TargetKey targetKey();

  /**
   * The id as it is sent.
   *
   * @throws io.github.llmfeedback.UnrepresentableFeedbackException made by {@link Losses#refusal},
   *     if the provider could not find anything under this id
   */
  default String address(String id, Losses losses) {
    return id;
  }

  /**
   * The wire objects of one feedback, at least one.
   *
   * @param feedback has only parts that the provider keeps
   * @param target as {@link #address} returned it
   * @param losses records what the encoding changes
   * @throws io.github.llmfeedback.UnrepresentableFeedbackException made by {@link Losses#refusal},
   *     if the provider cannot keep it under any policy
   */
  List<W> encode(Feedback feedback, String target, Losses losses);

  /**
   * What a receipt must remember for a later change: never people or what they wrote, except for
   * values that the provider needs again to retract them.
   */
  default Map<String, List<String>> state(List<W> objects) {
    return Map.of();
  }

  /** How many feedbacks go into one request. */
  default Batching batching() {
    return Batching.none();
  }

  /** The request that creates these feedbacks, each given by its wire objects. */
  WireRequest request(List<List<W>> feedbacks);

  /** The request that replaces what {@code receipt} stands for; by default, it creates it again. */
  default WireRequest update(Receipt receipt, List<W> objects) {
    return request(List.of(objects));
  }

  /** The request that retracts what {@code receipt} stands for. */
  default WireRequest retract(Receipt receipt) {
    throw new UnsupportedOperationException(capabilities().provider() + " cannot retract feedback");
  }

  /**
   * What the response means for what was sent; by default, what it means at any provider.
   *
   * <p>An acceptance that names fewer wire objects than {@code request} {@linkplain
   * WireRequest#objects() contains} does not hold for all of them: {@linkplain Verdict#except
   * except} those that it does not name, or, if it does not say which, return {@link
   * Verdict.Kind#UNREADABLE}.
   *
   * @param request a submission, update, retraction or {@linkplain WireRequest#isReadOnly read-only
   *     request}
   */
  default Verdict verdict(ProviderResponse response, WireRequest request) {
    return Verdict.byStatus(response);
  }

  /**
   * The provider's ids for each of the feedbacks in an accepted request, in order; an empty list
   * for a feedback whose ids are not known. Ids are never guessed.
   */
  default List<List<String>> decode(ProviderResponse response, List<List<W>> feedbacks) {
    return feedbacks.stream().map(objects -> List.<String>of()).toList();
  }
}
