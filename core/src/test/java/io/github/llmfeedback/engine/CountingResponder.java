package io.github.llmfeedback.engine;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Accepts any number of requests and records only which of the targets {@code t0}, {@code t1} and
 * so on were in them, and how many.
 */
final class CountingResponder implements RawServer.Script {
  private static final Pattern TARGET = Pattern.compile("\"id\":\"t(\\d+)\"");

  private final ReentrantLock lock = new ReentrantLock();
  private final BitSet targets = new BitSet();
  private long objects;
  private long requests;

  @Override
  public void with(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    while (true) { // until the client closes the connection
      note(RawServer.readBody(in, RawServer.readHead(in)));
      RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    }
  }

  private void note(String body) {
    Matcher matcher = TARGET.matcher(body);
    lock.lock();
    try {
      requests++;
      while (matcher.find()) {
        targets.set(Integer.parseInt(matcher.group(1)));
        objects++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** For comparison: how many requests, how many objects in them, on how many targets. */
  @Override
  public String toString() {
    lock.lock();
    try {
      return requests + " requests, " + objects + " objects, " + targets.cardinality() + " targets";
    } finally {
      lock.unlock();
    }
  }
}
