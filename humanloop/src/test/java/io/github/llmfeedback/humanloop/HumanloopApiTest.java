package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.contract.ApiContract;

class HumanloopApiTest extends ApiContract {}
