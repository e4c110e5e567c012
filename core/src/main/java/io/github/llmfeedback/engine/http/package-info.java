/**
 * Internal and not exported: everything that uses OkHttp. It makes one attempt over HTTP, and sets
 * the limits of the HTTP client. It may change in any release.
 */
@NullMarked
package io.github.llmfeedback.engine.http;

import org.jspecify.annotations.NullMarked;
