/**
 * Internal, and not exported: everything that touches OkHttp. One attempt over HTTP, and what tames
 * the client that carries it; it may change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine.http;

import org.jspecify.annotations.NullMarked;
