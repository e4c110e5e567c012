package io.github.llmfeedback.contract;

import java.io.IOException;

/**
 * Something that goes wrong between a client and its provider.
 *
 * @param name what the table calls it
 * @param evil what the server does to a request that is struck
 * @param once whether a request is struck only the first time that it comes; else, for good
 * @param isSlow whether only the client's timeout ends it
 * @param isDeaf whether connections end before anything is read
 * @param afterAnEnd whether it is about what comes after a first connection that ended
 * @param road how the client gets to the server
 */
record Hostility(
    String name,
    Evil evil,
    boolean once,
    boolean isSlow,
    boolean isDeaf,
    boolean afterAnEnd,
    Route road) {
  /** What a server does to a request. */
  interface Evil {
    void meet(Exchange exchange) throws IOException, InterruptedException;
  }

  /** What a server does to a request by HTTP/2. */
  interface Http2Evil {
    void meet(Http2Connection.Stream stream) throws IOException, InterruptedException;
  }

  /** A fault that lasts. */
  static Hostility fault(String name, Evil evil) {
    return new Hostility(name, evil, false, false, false, false, Route.PLAIN);
  }

  /** A fault by HTTP/2 that lasts. */
  static Hostility http2(String name, Http2Evil evil) {
    return fault(name, exchange -> evil.meet((Http2Connection.Stream) exchange)).by(Route.HTTP2);
  }

  /** A road that is hostile itself, to a server that is not. */
  static Hostility onTheWay(String name, Route road) {
    return fault(name, Exchange::yes).by(road);
  }

  Hostility thenWell() {
    return new Hostility(name + ", then well", evil, true, isSlow, isDeaf, afterAnEnd, road);
  }

  Hostility slow() {
    return new Hostility(name, evil, once, true, isDeaf, afterAnEnd, road);
  }

  Hostility deaf() {
    return new Hostility(name, evil, once, isSlow, true, afterAnEnd, road);
  }

  Hostility onceOneEnded() {
    return new Hostility(name, evil, once, isSlow, isDeaf, true, road);
  }

  Hostility by(Route road) {
    return new Hostility(name, evil, once, isSlow, isDeaf, afterAnEnd, road);
  }
}
