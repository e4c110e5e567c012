package io.github.llmfeedback;

import io.github.llmfeedback.contract.ReachabilityContract;

class ReachabilityTest extends ReachabilityContract {}
