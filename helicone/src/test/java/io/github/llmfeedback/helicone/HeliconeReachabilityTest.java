package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.ReachabilityContract;

class HeliconeReachabilityTest extends ReachabilityContract {}
