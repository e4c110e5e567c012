/** Says what a quiet Maven is doing; run as a single file. */
class Building {
  public static void main(String[] args) {
    System.out.println(
        "Building the library and the quickstart; the first time, Maven downloads what it needs,"
            + " which may take a few minutes.");
  }
}
