package io.github.llmfeedback.contract;

import java.io.IOException;

/**
 * Something that goes wrong between a client and its provider.
 *
 * @param name its name in the table
 * @param misbehaviour what the server does to an affected request
 * @param once whether a request is affected only the first time that it comes; otherwise always
 * @param isSlow whether only the client's timeout ends it
 * @param closesUnread whether connections end before anything is read
 * @param afterAnEnd whether it concerns what follows the end of a first connection
 * @param route how the client gets to the server
 */
record Hostility(
    String name,
    Misbehaviour misbehaviour,
    boolean once,
    boolean isSlow,
    boolean closesUnread,
    boolean afterAnEnd,
    Route route) {
  /** What a server does to a request. */
  interface Misbehaviour {
    void handle(Exchange exchange) throws IOException, InterruptedException;
  }

  /** What a server does to a request by HTTP/2. */
  interface Http2Misbehaviour {
    void handle(Http2Connection.Stream stream) throws IOException, InterruptedException;
  }

  /** A fault that lasts. */
  static Hostility fault(String name, Misbehaviour misbehaviour) {
    return new Hostility(name, misbehaviour, false, false, false, false, Route.PLAIN);
  }

  /** A fault by HTTP/2 that lasts. */
  static Hostility http2(String name, Http2Misbehaviour misbehaviour) {
    return fault(name, exchange -> misbehaviour.handle((Http2Connection.Stream) exchange))
        .by(Route.HTTP2);
  }

  /** A fault of the route to a server that has none. */
  static Hostility onTheWay(String name, Route route) {
    return fault(name, Exchange::yes).by(route);
  }

  Hostility thenWell() {
    return new Hostility(
        name + ", then well", misbehaviour, true, isSlow, closesUnread, afterAnEnd, route);
  }

  Hostility slow() {
    return new Hostility(name, misbehaviour, once, true, closesUnread, afterAnEnd, route);
  }

  Hostility closingUnread() {
    return new Hostility(name, misbehaviour, once, isSlow, true, afterAnEnd, route);
  }

  Hostility onceOneEnded() {
    return new Hostility(name, misbehaviour, once, isSlow, closesUnread, true, route);
  }

  Hostility by(Route route) {
    return new Hostility(name, misbehaviour, once, isSlow, closesUnread, afterAnEnd, route);
  }
}
