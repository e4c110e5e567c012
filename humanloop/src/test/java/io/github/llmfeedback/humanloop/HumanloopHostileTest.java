package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.contract.HostileContract;

class HumanloopHostileTest extends HostileContract {
  HumanloopHostileTest() {
    super(new HumanloopContractTest(), false);
  }
}
