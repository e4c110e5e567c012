package io.github.llmfeedback.concurrent;

/**
 * Marks a client whose asynchronous methods return at once, whatever happens, so that whoever calls
 * them needs no thread between.
 */
public interface NonBlocking {}
