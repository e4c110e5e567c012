package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.redaction.KnownException;
import io.github.llmfeedback.spi.ProviderResponse;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes that a peer sent on one connection since it was last written to. Beyond {@link
 * #MOST} the socket is closed and the read fails, which ends the connection and every call on it.
 * Failing alone is not enough: the JDK's TLS responds to a failed read with an alert, reads on, and
 * may not close the socket below it.
 *
 * <p>OkHttp has no bound of its own before the body: a chunk's size line, the file name in a gzip
 * header and HTTP/2 headers are read without limit, and an HTTP/2 connection is still read after
 * the call has ended.
 */
public final class Inflow {
  /** In bytes: the longest body that is read, and a megabyte for everything around it. */
  public static final long MOST = ProviderResponse.MAX_READ_ONLY_BYTES + (1 << 20);

  private final Closeable socket;
  private final AtomicLong read = new AtomicLong();

  /** Counts what is read from a socket. */
  Inflow(Closeable socket) {
    this.socket = socket;
  }

  /** The peer sent more than {@link #MOST} bytes since it was last written to. */
  public static final class TooMuch extends KnownException {
    private static final long serialVersionUID = 1L;

    TooMuch() {
      super("more than " + (MOST >> 20) + " MB came in response to one request");
    }
  }

  InputStream bounded(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int next = in.read();
        count(next < 0 ? 0 : 1);
        return next;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        count(count);
        return count;
      }

      @Override
      public long skip(long bytes) throws IOException {
        long count = in.skip(bytes);
        count(count);
        return count;
      }
    };
  }

  private void count(long bytes) throws IOException {
    if (bytes > 0 && read.addAndGet(bytes) > MOST) {
      try (socket) {
        throw new TooMuch();
      }
    }
  }

  OutputStream restarting(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int next) throws IOException {
        out.write(next);
        read.set(0);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        read.set(0);
      }
    };
  }
}
