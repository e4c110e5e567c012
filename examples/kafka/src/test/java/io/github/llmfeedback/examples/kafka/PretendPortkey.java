package io.github.llmfeedback.examples.kafka;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Portkey on a real server that remembers the ids in the metadata of what it stored. */
final class PretendPortkey implements AutoCloseable {
  static final String KEY = "pk-of-a-test";

  private final LoopbackServer server = new LoopbackServer();
  private final Queue<String> stored = new ConcurrentLinkedQueue<>();
  private volatile Function<Seen, @Nullable Reply> instead = seen -> null;
  private volatile Function<Reply, Reply> changed = reply -> reply;

  PretendPortkey() {
    server.answerAll(
        seen -> {
          Reply refusal = instead.apply(seen);
          return refusal == null ? changed.apply(store(seen)) : refusal;
        });
  }

  /** What replies instead of storing, unless it returns null. */
  PretendPortkey refuse(Function<Seen, @Nullable Reply> instead) {
    this.instead = instead;
    return this;
  }

  /** What happens to the reply after it has stored something. */
  PretendPortkey reply(Function<Reply, Reply> changed) {
    this.changed = changed;
    return this;
  }

  Reply store(Seen seen) {
    List<String> ids = seen.texts("id");
    stored.addAll(ids);
    String named = ids.stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
    return Reply.of(200, "{\"status\":\"success\",\"feedback_ids\":" + named + "}");
  }

  String url() {
    return server.url() + "/v1";
  }

  int requests() {
    return server.count();
  }

  /** In order of arrival. */
  List<String> stored() {
    return new ArrayList<>(stored);
  }

  /** How many ids more than one each were stored. */
  static long duplicates(Collection<String> ids) {
    return ids.size() - ids.stream().distinct().count();
  }

  /** What was stored first of each id, by the part of the id before the dash. */
  Map<String, List<String>> byTarget() {
    Map<String, List<String>> byTarget = new HashMap<>();
    for (String id : stored) {
      byTarget.computeIfAbsent(id.split("-", 2)[0], target -> new ArrayList<>()).add(id);
    }
    return byTarget;
  }

  @Override
  public void close() {
    server.close();
  }
}
