/**
 * Internal, and not exported: everything that uses OkHttp: one attempt over HTTP, and the
 * restricted HTTP client that sends it. It may change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine.http;

import org.jspecify.annotations.NullMarked;
