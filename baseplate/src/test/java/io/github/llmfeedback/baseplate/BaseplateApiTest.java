package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.contract.ApiContract;

class BaseplateApiTest extends ApiContract {}
