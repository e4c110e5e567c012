package io.github.llmfeedback.examples.quickstart.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Helicone's envelopes, one for each kind of success and error. */
final class HeliconeReply {
  private HeliconeReply() {}

  static Reply ok(JsonNode data) {
    ObjectNode body = Json.object();
    body.set("data", data);
    return Reply.json(201, body.putNull("error"));
  }

  static Reply failed(String error) {
    return Reply.json(500, Json.object().putNull("data").put("error", error));
  }

  static Reply malformed() {
    return Reply.json(500, Json.object().put("message", "Internal Server Error"));
  }

  static Reply unauthorised(String error) {
    return Reply.json(401, Json.object().put("error", error).put("trace", "isAuthenticated.error"));
  }

  static Reply missing(String field) {
    ObjectNode fault = Json.object().put("message", "'" + field + "' is required");
    return invalid("requestBody." + field, fault);
  }

  static Reply invalid(String place, String message, JsonNode value) {
    ObjectNode fault = Json.object().put("message", message);
    fault.set("value", value);
    return invalid(place, fault);
  }

  static String excess(String field) {
    return "\"" + field + "\" is an excess property and therefore is not allowed";
  }

  static Reply noRoute(Call call) {
    String path = call.path().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return Reply.html(
        404,
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Error</title>
        </head>
        <body>
        <pre>Cannot %s %s</pre>
        </body>
        </html>
        """
            .formatted(call.method(), path));
  }

  private static Reply invalid(String place, ObjectNode fault) {
    ObjectNode body = Json.object().put("message", "Validation Failed");
    body.putObject("details").set(place, fault);
    return Reply.json(422, body);
  }
}
