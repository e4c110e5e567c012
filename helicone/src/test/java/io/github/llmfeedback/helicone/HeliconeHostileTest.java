package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.HostileContract;

class HeliconeHostileTest extends HostileContract {
  HeliconeHostileTest() {
    super(new HeliconeContractTest(), true);
  }
}
