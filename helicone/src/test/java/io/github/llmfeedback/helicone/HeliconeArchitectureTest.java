package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.ProviderArchitecture;

class HeliconeArchitectureTest extends ProviderArchitecture {}
