package io.github.llmfeedback.contract;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Timeout;

/**
 * What every client must do, over real HTTP. A provider's module extends it and describes its
 * provider with the few methods of {@link ClientUnderTest}.
 *
 * <p>Facts tagged {@code parts} fail when a client loses a part silently; those tagged {@code
 * concurrency} and {@code timeout} take the longest.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
public abstract class ClientContract
    implements PartsContract,
        ShapesContract,
        UpdateContract,
        BatchContract,
        ConcurrencyContract,
        RefusalContract,
        CloseContract,
        FaultContract,
        SecretContract,
        IdContract {
  @AutoClose private final LoopbackServer server = new LoopbackServer();

  /** For subclasses. */
  protected ClientContract() {}

  @Override
  public final LoopbackServer server() {
    return server;
  }
}
