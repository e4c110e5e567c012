package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

// The samples are looked at, never called.
@SuppressWarnings({"DoNotCallSuggester", "InlineMeSuggester", "ProtectedMembersInFinalClass"})
class PublicApiTest {
  /** The lines of a type; the names of nested types without this test's. */
  private static String text(Class<?> type) {
    PublicApi api = new PublicApi(List.of(type), each -> each.getSimpleName().startsWith("Hidden"));
    return String.join("\n", api.lines(type)).replace("PublicApiTest.", "");
  }

  public abstract static class Open<T extends Comparable<? super T> & Serializable> {
    public static final int LIMIT = 3;
    public static final String NAME = "a \"name\"";
    protected final List<T> kept = List.of();
    int inner;

    protected Open() {}

    Open(int inner) {
      this.inner = inner;
    }

    @SafeVarargs
    public static <K, V extends @Nullable Object> Map<K, V> of(K key, V... values) {
      throw new UnsupportedOperationException(key + "" + values.length);
    }

    protected abstract @Nullable T first(List<? extends @Nullable T> all, int[] sizes)
        throws IOException, InterruptedException;

    @Deprecated(forRemoval = true)
    public final String @Nullable [] names() {
      return null;
    }

    @Override
    public String toString() {
      return "open";
    }

    void packagePrivate() {}
  }

  @Test
  void everyPublicAndProtectedMemberOfAnOpenClassIsALine() {
    assertThat(text(Open.class))
        .isEqualTo(
            """
            abstract class Open<T extends Comparable<? super T> & Serializable>
              static final int LIMIT = 3
              static final String NAME = "a \\"name\\""
              protected final List<T> kept
              protected Open()
              static <K, V extends @Nullable Object> Map<K, V> of(K, V...)
              protected abstract @Nullable T first(List<? extends @Nullable T>, int[]) throws IOException, InterruptedException
              @Deprecated(forRemoval = true) final String @Nullable [] names()""");
  }

  public static final class Closed {
    protected final int kept = 1;

    protected Closed() {}

    protected void hook() {}

    public void method() {}
  }

  public static class OnlyItsOwn {
    private OnlyItsOwn() {}

    protected void hook() {}
  }

  @Test
  void protectedMembersOfWhatNobodyCanExtendAreLeftOut() {
    assertThat(text(Closed.class))
        .isEqualTo(
            """
            final class Closed
              void method()""");
    assertThat(text(OnlyItsOwn.class)).isEqualTo("class OnlyItsOwn");
  }

  interface HiddenNames<N> extends RandomAccess {
    default N name(Function<? super N, String> shown) {
      throw new UnsupportedOperationException(shown.toString());
    }
  }

  abstract static class HiddenBase<T, N> implements HiddenNames<N>, RandomAccess, AutoCloseable {
    public static final long SHARED = 1;

    public HiddenBase() {}

    public T value() {
      throw new UnsupportedOperationException();
    }

    public void overridden() throws IOException {}

    protected void hook() {}

    @Override
    public abstract void close();

    void packagePrivate() {}
  }

  public static class Leaking extends HiddenBase<List<String>, Integer> {
    public Leaking() {}

    @Override
    public void overridden() {}

    @Override
    public void close() {}
  }

  @Test
  void whatAHiddenSupertypeDeclaresIsShownInItsSubtypes() {
    assertThat(text(Leaking.class))
        .isEqualTo(
            """
            class Leaking implements RandomAccess, AutoCloseable
              static final long SHARED = 1
              Leaking()
              void close()
              protected void hook()
              default Integer name(Function<? super Integer, String>)
              void overridden()
              List<String> value()""");
  }

  public sealed interface Shape permits Square, Other {
    static Shape unit() {
      return new Square(1);
    }

    double area();

    default boolean isEmpty() {
      return area() == 0;
    }
  }

  public record Square(int side) implements Shape {
    @Override
    public double area() {
      return side * side;
    }
  }

  public abstract static non-sealed class Other implements Shape {}

  @Test
  void sealedTypesNameTheirKindsAndRecordsTheirComponents() {
    assertThat(text(Shape.class))
        .isEqualTo(
            """
            sealed interface Shape permits Square, Other
              static Shape unit()
              double area()
              default boolean isEmpty()""");
    assertThat(text(Square.class))
        .isEqualTo(
            """
            record Square(int side) implements Shape
              double area()""");
    assertThat(text(Other.class))
        .isEqualTo(
            """
            abstract non-sealed class Other implements Shape
              Other()""");
  }

  public enum Order {
    SECOND_BY_NAME {
      @Override
      public int sign() {
        return 1;
      }
    },
    @Deprecated
    FIRST_BY_NAME {
      @Override
      public int sign() {
        return -1;
      }
    };

    public abstract int sign();
  }

  @Test
  void constantsOfAnEnumKeepTheirOrder() {
    assertThat(text(Order.class))
        .isEqualTo(
            """
            enum Order
              SECOND_BY_NAME
              @Deprecated FIRST_BY_NAME
              abstract int sign()""");
  }

  public static final class Proxies {
    private Proxies() {}

    public java.lang.reflect.Proxy ofAnInterface() {
      throw new UnsupportedOperationException();
    }

    public Map.Entry<String, java.net.Proxy> ofANetwork() {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void namesAreShortUnlessTheyWouldMeanTwoTypes() {
    PublicApi api = new PublicApi(List.of(Proxies.class), type -> false);
    assertThat(api.lines(Proxies.class))
        .containsExactly(
            "final class PublicApiTest.Proxies",
            "  Map.Entry<String, java.net.Proxy> ofANetwork()",
            "  java.lang.reflect.Proxy ofAnInterface()");
    assertThat(api.imports()).contains("java.util.Map").doesNotContain("java.net.Proxy");
  }

  @Test
  void changesAreListedBelowTheirHeadings() {
    List<String> then = List.of("class A", "  void a()", "  void b()", "class B", "  void a()");
    List<String> now =
        List.of("class A", "  void a()", "class B", "  void a()", "  void c()", "class C");
    assertThat(Changes.between(then, now))
        .containsExactly("  class A", "-   void b()", "  class B", "+   void c()", "+ class C");
    assertThat(Changes.between(now, now)).isEmpty();
  }
}
