package io.github.llmfeedback.engine.http;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Tells virtual threads (Java 21) from others, also where there are none. */
final class VirtualThreads {
  private static final @Nullable Method IS_VIRTUAL = method();

  private VirtualThreads() {}

  private static @Nullable Method method() {
    try {
      return Thread.class.getMethod("isVirtual");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** Whether this thread is one. */
  static boolean isOne() {
    try {
      return IS_VIRTUAL != null && (Boolean) IS_VIRTUAL.invoke(Thread.currentThread());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Thread.isVirtual() cannot be called", e);
    }
  }
}
