package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.ReachabilityContract;

class PortkeyReachabilityTest extends ReachabilityContract {}
