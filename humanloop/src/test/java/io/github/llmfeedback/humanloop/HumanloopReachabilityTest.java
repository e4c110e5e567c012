package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.contract.ReachabilityContract;

class HumanloopReachabilityTest extends ReachabilityContract {}
