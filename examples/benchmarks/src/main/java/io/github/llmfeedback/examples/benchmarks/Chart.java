package io.github.llmfeedback.examples.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A chart with two logarithmic axes, as a part of an SVG file. Each line carries its name at its
 * last point.
 *
 * @param title what is shown
 * @param across what the horizontal axis counts
 * @param up what the vertical axis counts
 * @param lines the lines, all with the same horizontal positions
 */
record Chart(String title, String across, String up, List<Line> lines) {
  private static final int WIDTH = 620;
  private static final int HEIGHT = 420;
  private static final int LEFT = 90;
  private static final int RIGHT = 440;
  private static final int TOP = 50;
  private static final int BOTTOM = 350;
  private static final int LINE_HEIGHT = 16;
  private static final List<String> COLORS = List.of("#0b6e4f", "#b5451b", "#3b5ba5");

  /**
   * A named line.
   *
   * @param name as it is printed beside the last point
   * @param points from left to right
   */
  record Line(String name, List<Point> points) {}

  /**
   * A point.
   *
   * @param x the horizontal value, more than 0
   * @param y the vertical value, more than 0
   */
  record Point(double x, double y) {}

  /** An SVG file with charts side by side. */
  static String svg(List<Chart> charts) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH * charts.size(), HEIGHT));
    for (int i = 0; i < charts.size(); i++) {
      svg.append(text("<g transform=\"translate(%d 0)\">%n", i * WIDTH));
      svg.append(charts.get(i).drawing()).append("</g>\n");
    }
    return svg.append("</svg>\n").toString();
  }

  private String drawing() {
    Scale x = Scale.around(values(true), LEFT, RIGHT);
    Scale y = Scale.around(values(false), BOTTOM, TOP);
    StringBuilder drawing = new StringBuilder();
    drawing.append(label((LEFT + RIGHT) / 2, 25, "middle", title, "font-weight=\"bold\""));
    drawing.append(label((LEFT + RIGHT) / 2, BOTTOM + 45, "middle", across, ""));
    drawing.append(
        label(0, 0, "middle", up, text("transform=\"translate(20 %d) rotate(-90)\"", 200)));
    for (double tick : y.ticks()) {
      drawing.append(rule(LEFT, y.at(tick), RIGHT, y.at(tick)));
      drawing.append(label(LEFT - 8, y.at(tick) + 4, "end", number(tick), ""));
    }
    for (Point point : lines.get(0).points()) {
      drawing.append(rule(x.at(point.x()), BOTTOM, x.at(point.x()), BOTTOM + 6));
      drawing.append(label(x.at(point.x()), BOTTOM + 22, "middle", number(point.x()), ""));
    }
    for (int i = 0; i < lines.size(); i++) {
      drawing.append(line(lines.get(i), color(i), x, y));
    }
    double free = 0; // where the next name may stand, from top to bottom
    for (int i : fromTopToBottom()) {
      Point last = last(lines.get(i));
      double at = Math.max(free, y.at(last.y()) + 4);
      String fill = text("fill=\"%s\"", color(i));
      drawing.append(label(x.at(last.x()) + 10, at, "start", lines.get(i).name(), fill));
      free = at + LINE_HEIGHT;
    }
    return drawing.toString();
  }

  private List<Integer> fromTopToBottom() {
    return IntStream.range(0, lines.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -last(lines.get(i)).y()))
        .toList();
  }

  private static Point last(Line line) {
    return line.points().get(line.points().size() - 1);
  }

  private static String color(int line) {
    return COLORS.get(line % COLORS.size());
  }

  private double[] values(boolean across) {
    return lines.stream()
        .flatMap(line -> line.points().stream())
        .mapToDouble(across ? Point::x : Point::y)
        .toArray();
  }

  private static String line(Line line, String color, Scale x, Scale y) {
    StringBuilder drawn = new StringBuilder("<polyline fill=\"none\" stroke-width=\"2\" points=\"");
    for (Point point : line.points()) {
      drawn.append(text("%.1f,%.1f ", x.at(point.x()), y.at(point.y())));
    }
    drawn.append(text("\" stroke=\"%s\"/>%n", color));
    for (Point point : line.points()) {
      drawn.append(
          text(
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
              x.at(point.x()), y.at(point.y()), color));
    }
    return drawn.toString();
  }

  private static String rule(double x1, double y1, double x2, double y2) {
    return text(
        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#cccccc\" fill=\"none\"/>%n", x1, y1, x2, y2);
  }

  private static String label(double x, double y, String anchor, String words, String more) {
    return text(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
        x, y, anchor, more, words.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private static String number(double value) {
    return text(value < 10 && value != Math.rint(value) ? "%.1f" : "%,.0f", value);
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
