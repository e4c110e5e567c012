package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.fanout.FanOut;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application server that ends an application gets its threads and its classes back. */
@Tag("slow")
@Timeout(180)
class ClassUnloadingTest {
  /** What an application does with the library, from its start to its end. */
  public static final class Application implements Consumer<String> {
    @Override
    public void accept(String url) {
      ToyClient plain = new ToyClient(url, ToyDialect.plain(), ToyClient.impatient().build());
      ToyClient lists = new ToyClient(url, ToyDialect.lists(5), ToyClient.impatient().build());
      Feedback busy =
          Feedback.on(Target.of(ToyDialect.plain().targetKey(), "busy")).comment("word").build();
      try (FanOut both = FanOut.builder().add("plain", plain).add("lists", lists).build()) {
        plain.submit(ToyClient.on("a"));
        plain.submitAsync(busy).thenApply(receipt -> plain.submit(busy)).join();
        lists.submitAll(ToyClient.many(20));
        lists.submitEach(ToyClient.many(20).iterator(), outcome -> {});
        both.submit(busy);
        var unheard = plain.submitAsync(ToyClient.on("never-answered"));
        unheard.cancel(true);
      }
    }
  }

  /** An application server: runs an application, ends it, and waits until it is unloaded. */
  static final class Host {
    private Host() {}

    public static void main(String[] args) throws Exception {
      Set<Thread> before = threads();
      WeakReference<ClassLoader> loader = new WeakReference<>(run(args[0]));
      long end = System.nanoTime() + Duration.ofSeconds(100).toNanos();
      List<Thread> left;
      do {
        System.gc();
        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        left = new ArrayList<>(threads());
        left.removeAll(before);
      } while ((loader.get() != null || !left.isEmpty()) && System.nanoTime() - end < 0);
      System.out.print(left + " threads, classes " + (loader.get() == null ? "gone" : "held"));
    }

    private static Set<Thread> threads() {
      return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private static ClassLoader run(String url) throws Exception {
      List<URL> classPath = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
      Thread here = Thread.currentThread();
      ClassLoader hosts = here.getContextClassLoader();
      URLClassLoader loader =
          new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
      try (loader) {
        here.setContextClassLoader(loader); // as servers do
        @SuppressWarnings("unchecked")
        Consumer<String> application =
            (Consumer<String>)
                loader.loadClass(Application.class.getName()).getConstructor().newInstance();
        application.accept(url);
      } finally {
        here.setContextClassLoader(hosts);
      }
      return loader;
    }
  }

  /**
   * Jackson's buffers stay with the calling thread until memory is needed, which here is at once.
   */
  @Test
  void neitherThreadsNorClassesStayAfterTheLastClose() throws InterruptedException {
    try (LoopbackServer server = new LoopbackServer()) {
      server.answerAll(
          seen ->
              switch (ToyClient.targets(seen).get(0)) {
                case "never-answered" -> Reply.fault(Reply.Fault.NEVER_ANSWERED);
                default -> Reply.of(200, "{}");
              });
      try (Program host =
          new Program(List.of("-XX:SoftRefLRUPolicyMSPerMB=0"), Host.class, server.url())) {
        assertThat(host.output(Duration.ofMinutes(2))).isEqualTo("[] threads, classes gone");
      }
    }
  }
}
