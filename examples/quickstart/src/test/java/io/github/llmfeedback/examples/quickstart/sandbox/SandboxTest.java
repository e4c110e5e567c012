package io.github.llmfeedback.examples.quickstart.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SandboxTest {
  private static final int CALLS = 64;

  @Test
  void everyProviderHasABaseOfItsOwnOnTheLoopback() {
    try (Sandbox sandbox = Sandbox.start()) {
      List<String> bases =
          List.of(
              sandbox.portkeyBaseUrl(),
              sandbox.humanloopBaseUrl(),
              sandbox.heliconeBaseUrl(),
              sandbox.baseplateBaseUrl());

      assertThat(bases)
          .doesNotHaveDuplicates()
          .allMatch(base -> base.startsWith("http://127.0.0.1:"));
      assertThat(sandbox.portkeyBaseUrl()).endsWith("/v1");
    }
  }

  @Test
  void twoSandboxesDoNotMeet() {
    try (Sandbox one = Sandbox.start();
        Sandbox other = Sandbox.start(Duration.ZERO)) {
      assertThat(URI.create(one.heliconeBaseUrl()).getPort())
          .isNotEqualTo(URI.create(other.heliconeBaseUrl()).getPort());
    }
  }

  @Test
  void concurrentCallsAreAllServedAndCounted() {
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try (Sandbox sandbox = Sandbox.start()) {
      Caller portkey =
          new Caller(sandbox.portkeyBaseUrl(), "x-portkey-api-key", sandbox.portkeyKey());

      List<CompletableFuture<Integer>> statuses =
          IntStream.range(0, CALLS)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            return portkey
                                .call("POST", "/feedback", "{'trace_id':'t" + i + "','value':1}")
                                .status();
                          },
                          callers))
              .toList();

      assertThat(statuses).allMatch(status -> status.join() == 200);
      assertThat(sandbox.requests("portkey")).isEqualTo(CALLS);
      assertThat(sandbox.kept("portkey")).isEqualTo(CALLS);
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void noThreadOfTheSandboxOutlivesTheProgram() {
    try (Sandbox sandbox = Sandbox.start()) {
      assertThat(new Caller(sandbox.portkeyBaseUrl()).call("POST", "/feedback", "{}").status())
          .isEqualTo(401);

      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> isOfTheSandbox(thread.getName()))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
    }
  }

  @Test
  void anUnknownProviderIsRefused() {
    try (Sandbox sandbox = Sandbox.start()) {
      assertThatThrownBy(() -> sandbox.kept("nobody"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nobody");
    }
  }

  private static boolean isOfTheSandbox(String thread) {
    return thread.startsWith("sandbox-") || thread.startsWith("HTTP-Dispatcher");
  }
}
