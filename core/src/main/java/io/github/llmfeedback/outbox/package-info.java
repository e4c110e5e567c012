/**
 * Stores feedback first and delivers it later: an {@link io.github.llmfeedback.outbox.Outbox}
 * before the clients, in memory or in a database ({@code io.github.llmfeedback.outbox.jdbc}).
 */
@NullMarked
package io.github.llmfeedback.outbox;

import org.jspecify.annotations.NullMarked;
