package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.contract.ProviderArchitecture;

class HumanloopArchitectureTest extends ProviderArchitecture {}
