package io.github.llmfeedback.helicone;

import io.github.llmfeedback.contract.ApiContract;

class HeliconeApiTest extends ApiContract {}
