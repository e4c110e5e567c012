package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.WireExample;
import java.util.List;

/** The recorded exchanges with Portkey, and the objects they carry. */
final class PortkeyExamples {
  static final String TRACE = "trace-7f3a";

  private PortkeyExamples() {}

  static WireExample example(String name) {
    return WireExample.of("portkey/" + name + ".json");
  }

  static List<List<PortkeyWire>> one() {
    return List.of(List.of(new PortkeyWire(TRACE, 1, null, null, null)));
  }

  static List<List<PortkeyWire>> two() {
    return List.of(
        List.of(new PortkeyWire(TRACE, 1, null, null, null)),
        List.of(new PortkeyWire("trace-8b1c", -1, null, null, null)));
  }
}
