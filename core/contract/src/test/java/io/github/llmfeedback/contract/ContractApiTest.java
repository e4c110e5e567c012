package io.github.llmfeedback.contract;

class ContractApiTest extends ApiContract {}
