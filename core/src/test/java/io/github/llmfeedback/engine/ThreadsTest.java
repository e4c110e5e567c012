package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads are started only when needed, are daemons, and end when they are idle. */
@Timeout(120)
class ThreadsTest {
  /** A program that ends with a client still open and its results not read. */
  static final class Unclosed {
    private Unclosed() {}

    public static void main(String[] args) {
      ToyClient client =
          new ToyClient( // never closed
              args[0], ToyDialect.plain(), ToyClient.settings().waitAtExit(false).build());
      client.submit(on("a"));
      var unused = client.submitAsync(on("never-answered"));
      client.submitAsync(on("b")).thenAccept(receipt -> client.submit(on("c"))).join();
      unused = client.submitAsync(on("busy"));
      System.out.print(System.currentTimeMillis());
    }
  }

  private static List<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("llm-feedback-"))
        .toList();
  }

  @Test
  void aClientThatDoesNothingHasNoThreads() {
    Await.isTrue(() -> "those of other tests end: " + ours(), () -> ours().isEmpty());
    ToyClient client =
        new ToyClient("http://127.0.0.1:1", ToyDialect.plain(), ToyClient.settings().build());
    assertThat(ours()).isEmpty();
    client.close();
  }

  @Test
  void allThreadsAreDaemonsAndGoneAfterTheLastClose() {
    try (LoopbackServer server = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"))) {
      try (ToyClient first = new ToyClient(server, ToyDialect.lists(5));
          ToyClient second = new ToyClient(server, ToyDialect.plain())) {
        assertThat(first.submitAllAsync(ToyClient.many(50)).join()).hasSize(50);
        second.submit(on("a"));
        assertThat(ours()).isNotEmpty().allMatch(Thread::isDaemon);
      }
      Await.isTrue(() -> "our threads end: " + ours(), () -> ours().isEmpty());
    }
  }

  /** Servers name an application's class loader and user on its threads; ours outlive both. */
  @Test
  void noThreadInheritsTheClassLoaderOrTheLocalsOfTheCallerThatStartsIt() throws IOException {
    Await.isTrue(() -> "those of other tests end: " + ours(), () -> ours().isEmpty());
    Thread here = Thread.currentThread();
    ClassLoader hosts = here.getContextClassLoader();
    InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
    CountDownLatch answer = new CountDownLatch(1);
    try (URLClassLoader application = new URLClassLoader(new URL[0]);
        LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          request -> {
            Await.isTrue("the callback is registered", () -> answer.getCount() == 0);
            return Reply.of(200, "{}");
          });
      here.setContextClassLoader(application);
      user.set("user-17");
      try (ToyClient client = new ToyClient(server, ToyDialect.plain())) {
        CompletableFuture<String> seen =
            client.submitAsync(on("a")).thenApply(receipt -> "" + user.get());
        answer.countDown();
        client.submit(on("b"));

        assertThat(seen.join()).isEqualTo("null");
        assertThat(ours())
            .isNotEmpty()
            .allMatch(thread -> thread.getContextClassLoader() != application);
      }
    } finally {
      here.setContextClassLoader(hosts);
      user.remove();
    }
  }

  @Test
  void keptConnectionsEndWithTheirClient() {
    CountDownLatch ended = new CountDownLatch(1);
    RawServer.Script script =
        socket -> {
          RawServer.readRequest(socket);
          RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          if (socket.getInputStream().read() == -1) {
            ended.countDown();
          }
        };
    try (RawServer server = new RawServer(script);
        ToyClient another =
            new ToyClient("http://127.0.0.1:1", ToyDialect.plain(), ToyClient.settings().build())) {
      try (ToyClient client =
          new ToyClient(server.url(), ToyDialect.plain(), ToyClient.settings().build())) {
        client.submit(on("a"));
        assertThat(ended.getCount()).as("it is kept").isEqualTo(1);
      }
      Await.isTrue("the server sees the end", () -> ended.getCount() == 0);
      assertThat(another.capabilities().provider()).as("still open").isEqualTo("toy");
    }
  }

  @Test
  void noThreadOfOursKeepsAProgramFromEnding() throws InterruptedException {
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          seen ->
              switch (ToyClient.targets(seen).get(0)) {
                case "never-answered" -> Reply.fault(Reply.Fault.NEVER_ANSWERED);
                case "busy" -> Reply.of(429, "").header("Retry-After", "25");
                default -> Reply.of(200, "{}");
              });
      long ended;
      long mainEnded;
      try (Program program = new Program(List.of(), Unclosed.class, server.url())) {
        mainEnded = Long.parseLong(program.output(Duration.ofSeconds(60)));
        ended = System.currentTimeMillis();
      }
      assertThat(ended - mainEnded).isLessThan(3000);
      assertThat(server.count()).isGreaterThanOrEqualTo(4);
    }
  }
}
