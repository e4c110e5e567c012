package io.github.llmfeedback;

import io.github.llmfeedback.contract.ApiContract;

class ApiTest extends ApiContract {}
