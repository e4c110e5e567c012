package io.github.llmfeedback.helicone;

/** How many rows the next page of a reading asks for. Used by one thread at a time. */
final class HeliconePageSize {
  /** After so many pages that could be read, larger ones are tried again. */
  private static final int PAGES_UNTIL_LARGER = 8;

  private final int usual;
  private int most = HeliconeQuery.MAX_PAGE;
  private int least = 1;
  private int fitted;

  HeliconePageSize(int usual) {
    this.usual = usual;
  }

  /**
   * The rows to ask for.
   *
   * @param wanted how many rows are of use
   */
  int of(long wanted) {
    return (int) Math.min(most, Math.max(least, Math.min(usual, wanted)));
  }

  /** Whether no larger page can be asked for. */
  boolean isMost(int asked) {
    return asked >= most;
  }

  /** As many rows as possible, until {@link #asUsual}. */
  void grow() {
    least = HeliconeQuery.MAX_PAGE;
  }

  /** At least four times this many rows, until {@link #asUsual}. */
  void growFrom(int asked) {
    least = Math.min(HeliconeQuery.MAX_PAGE, 4 * asked);
  }

  /** As many rows as the query says. */
  void asUsual() {
    least = 1;
  }

  /** A page of this many rows was too large to be read: smaller ones from now on. */
  void tooLarge(int asked) {
    most = Math.max(1, asked / 4);
    fitted = 0;
  }

  /** A page could be read. */
  void fitted() {
    fitted++;
    if (fitted % PAGES_UNTIL_LARGER == 0) {
      most = Math.min(HeliconeQuery.MAX_PAGE, 2 * most);
    }
  }
}
