package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.contract.ProviderArchitecture;

class BaseplateArchitectureTest extends ProviderArchitecture {}
