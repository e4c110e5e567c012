package io.github.llmfeedback.concurrent;

/**
 * Marks a client whose asynchronous methods always return at once, so that they can be called
 * without a thread of their own.
 */
public interface NonBlocking {}
