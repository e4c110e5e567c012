package io.github.llmfeedback.portkey;

import io.github.llmfeedback.contract.ApiContract;

class PortkeyApiTest extends ApiContract {}
