package io.github.llmfeedback.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The form of a target, as a document and as a field of a feedback. */
final class TargetForm implements Form<Target> {
  /** As the model allows; keys of one hash code are compared with each other. */
  private static final int MAX_IDS = 100;

  private static final String KEY_RULE =
      "must be named provider/id, such as portkey/trace, with a provider of ASCII letters, digits"
          + " and . - _";

  @Override
  public String name() {
    return "target";
  }

  @Override
  public void writeFields(Target target, JsonGenerator json) throws IOException {
    Optional<String> bare = target.bareId();
    if (bare.isPresent()) {
      json.writeStringField("id", bare.get());
      return;
    }
    Optional<String> shared = target.sharedId();
    if (shared.isPresent()) {
      json.writeStringField("shared", shared.get());
    }
    if (!target.namedIds().isEmpty()) {
      json.writeObjectFieldStart("ids");
      for (Map.Entry<TargetKey, String> named : target.namedIds().entrySet()) {
        json.writeStringField(named.getKey().toString(), named.getValue());
      }
      json.writeEndObject();
    }
  }

  @Override
  public Target read(FormReader in) throws IOException {
    return read(in, in.document(true));
  }

  /** Reads a target that is a field of a document. */
  Target readField(FormReader in) throws IOException {
    return read(in, in.object());
  }

  private static Target read(FormReader in, FormReader.Fields fields) throws IOException {
    Ids ids = new Ids();
    while (fields.next()) {
      switch (fields.name()) {
        case "id" -> in.check(() -> ids.bare = Target.of(in.text()));
        case "shared" -> in.check(() -> ids.shared = Target.shared(in.text()));
        case "ids" -> readIds(in, ids.named);
        default -> in.unknown();
      }
    }
    Target bare = ids.bare;
    Target target = ids.shared;
    if (bare != null && target == null && ids.named.isEmpty()) {
      return bare;
    } else if (bare != null) {
      throw in.refused("must have either an id, or a shared one and named ids");
    }
    if (target == null && ids.named.isEmpty()) {
      throw in.refused("must have an id, a shared one or ids");
    } else if (target == null) {
      Map.Entry<TargetKey, String> first = ids.named.entrySet().iterator().next();
      target = Target.of(first.getKey(), first.getValue());
    }
    return target.and(ids.named);
  }

  private static void readIds(FormReader in, Map<TargetKey, String> ids) throws IOException {
    for (FormReader.Fields fields = in.object(); fields.next(); ) {
      if (ids.size() == MAX_IDS) {
        throw fields.refusedAsAWhole("must name at most " + MAX_IDS + " ids");
      }
      String name = fields.name();
      int slash = name.indexOf('/');
      if (slash < 0 || !ReceiptForm.PROVIDER.matcher(name.substring(0, slash)).matches()) {
        throw in.refused(KEY_RULE);
      }
      in.check(
          () -> {
            TargetKey key = TargetKey.of(name.substring(0, slash), name.substring(slash + 1));
            String id = in.text();
            Target.of(id);
            if (ids.put(key, id) != null) {
              throw in.refused("must not be given twice");
            }
          });
    }
    if (ids.isEmpty()) {
      throw in.refused("must name at least one id");
    }
  }

  /** What was read so far. */
  private static final class Ids {
    private @Nullable Target bare;
    private @Nullable Target shared;
    private final Map<TargetKey, String> named = new LinkedHashMap<>();
  }
}
