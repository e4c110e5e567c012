package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.HostileContract;

class PortkeyHostileTest extends HostileContract {
  PortkeyHostileTest() {
    super(new PortkeyContractTest(), false);
  }
}
