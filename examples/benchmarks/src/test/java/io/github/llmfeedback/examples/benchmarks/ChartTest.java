package io.github.llmfeedback.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ChartTest {
  @Test
  void aDecadeHasTheSameLengthEverywhereOnAScale() {
    Scale scale = Scale.around(new double[] {1, 100}, 350, 50);

    assertThat(scale.at(1)).isEqualTo(350);
    assertThat(scale.at(10)).isCloseTo(200, within(1e-9));
    assertThat(scale.at(100)).isEqualTo(50);
  }

  @Test
  void ticksAreRoundAndOnTheScale() {
    Scale scale = Scale.around(new double[] {3, 60}, 0, 1);

    assertThat(scale.ticks()).containsExactly(5, 10, 20, 50);
  }

  @Test
  void valuesThatAreAllTheSameHaveAScaleToo() {
    assertThat(Scale.around(new double[] {7, 7}, 0, 1).at(7)).isZero();
  }

  @Test
  void namesOfLinesThatEndAtTheSamePlaceDoNotOverlap() {
    List<Chart.Point> points = List.of(new Chart.Point(1, 10), new Chart.Point(2, 20));
    List<Chart.Line> lines = List.of(new Chart.Line("one", points), new Chart.Line("two", points));

    String svg = Chart.svg(List.of(new Chart("title", "threads", "per second", lines)));

    assertThat(height(svg, "two") - height(svg, "one")).isGreaterThanOrEqualTo(16);
  }

  @Test
  void aChartIsWellFormedAndNamesItsAxesAndLines() throws Exception {
    Chart.Line line =
        new Chart.Line("a < b & c", List.of(new Chart.Point(1, 10), new Chart.Point(64, 500)));

    String svg = Chart.svg(List.of(new Chart("title", "threads", "per second", List.of(line))));

    String text =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)))
            .getDocumentElement()
            .getTextContent();
    assertThat(text).contains("title", "threads", "per second", "a < b & c", "64", "200");
  }

  private static double height(String svg, String name) {
    Matcher label = Pattern.compile("y=\"([0-9.]+)\"[^>]*>" + name + "<").matcher(svg);
    assertThat(label.find()).isTrue();
    return Double.parseDouble(label.group(1));
  }
}
