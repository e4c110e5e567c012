package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.contract.ReachabilityContract;

class BaseplateReachabilityTest extends ReachabilityContract {}
