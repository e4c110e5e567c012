package io.github.llmfeedback.contract;

import java.util.ArrayList;
import java.util.List;

/** What changed from one text of indented members below headings to another. */
final class Changes {
  private Changes() {}

  /** The lines that are gone ({@code -}) and new ({@code +}), each below its heading. */
  static List<String> between(List<String> then, List<String> now) {
    int[][] common = new int[then.size() + 1][now.size() + 1]; // longest common subsequences
    for (int i = then.size() - 1; i >= 0; i--) {
      for (int k = now.size() - 1; k >= 0; k--) {
        common[i][k] =
            then.get(i).equals(now.get(k))
                ? common[i + 1][k + 1] + 1
                : Math.max(common[i + 1][k], common[i][k + 1]);
      }
    }
    List<String> changes = new ArrayList<>();
    String heading = "";
    int i = 0;
    int k = 0;
    while (i < then.size() || k < now.size()) {
      boolean isGone = k == now.size() || (i < then.size() && common[i + 1][k] >= common[i][k + 1]);
      if (i < then.size() && k < now.size() && then.get(i).equals(now.get(k))) {
        heading = then.get(i).startsWith(" ") ? heading : then.get(i);
        i++;
        k++;
        continue;
      }
      String line = isGone ? then.get(i++) : now.get(k++);
      if (line.startsWith(" ") && !heading.isEmpty()) {
        changes.add("  " + heading);
        heading = ""; // once
      } else if (!line.startsWith(" ")) {
        heading = ""; // it is in the list itself
      }
      changes.add((isGone ? "- " : "+ ") + line);
    }
    return changes;
  }
}
