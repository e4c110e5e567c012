package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.ProviderArchitecture;

class PortkeyArchitectureTest extends ProviderArchitecture {}
