package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.contract.HostileContract;

class BaseplateHostileTest extends HostileContract {
  BaseplateHostileTest() {
    super(new BaseplateContractTest(), true);
  }
}
