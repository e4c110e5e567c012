/**
 * Keeps the entries of an {@link io.github.llmfeedback.outbox.Outbox} in SQLite or PostgreSQL. The
 * application brings the driver.
 */
@NullMarked
package io.github.llmfeedback.outbox.jdbc;

import org.jspecify.annotations.NullMarked;
