package io.github.llmfeedback.examples.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.llmfeedback.json.FeedbackModule;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where an import writes down what failed. Until the import is over, the file's name ends with
 * {@code .part}: whoever finds that knows that an import stopped early.
 */
final class FailedFile implements AutoCloseable {
  private final ObjectMapper mapper = new ObjectMapper().registerModule(new FeedbackModule());
  private final Path file;
  private final Path part;
  private OutputStream out = OutputStream.nullOutputStream();

  /** That of an import of {@code imported}; it is not created yet. */
  FailedFile(Path imported) {
    file = imported.resolveSibling(imported.getFileName() + ".failed.jsonl");
    part = imported.resolveSibling(imported.getFileName() + ".failed.jsonl.part");
  }

  Path path() {
    return file;
  }

  Path part() {
    return part;
  }

  boolean exists() {
    return Files.exists(file);
  }

  /** Whether an earlier import stopped early, or another is running. */
  boolean isUnfinished() {
    return Files.exists(part);
  }

  /** Opens a new one, or the unfinished one; returns the last line of that. */
  Optional<FailedLine> open() throws IOException {
    try {
      if (!isUnfinished()) {
        out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return Optional.empty();
      }
      Optional<FailedLine> last = lastWhole();
      out = Files.newOutputStream(part, StandardOpenOption.APPEND);
      return last;
    } catch (IOException e) {
      throw FileTrouble.cannotWrite(part, e);
    }
  }

  /** Cuts off what was being written when the import stopped; returns the last line before it. */
  private Optional<FailedLine> lastWhole() throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(part.toFile(), "rw")) {
      long end = lineStart(bytes, bytes.length());
      if (end < bytes.length()) {
        bytes.setLength(end);
      }
      if (end == 0) {
        return Optional.empty();
      }
      long start = lineStart(bytes, end - 1);
      byte[] last = new byte[Math.toIntExact(end - start)];
      bytes.seek(start);
      bytes.readFully(last);
      return Optional.of(mapper.readValue(last, FailedLine.class));
    }
  }

  /** Where the line begins that is before {@code end}. */
  private static long lineStart(RandomAccessFile bytes, long end) throws IOException {
    for (long start = end; start > 0; start--) {
      bytes.seek(start - 1);
      if (bytes.read() == '\n') {
        return start;
      }
    }
    return 0;
  }

  /** Writes it at once, without a buffer, so that it is there if the program is killed. */
  void write(FailedLine line) throws IOException {
    byte[] bytes = (mapper.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw FileTrouble.cannotWrite(part, e);
    }
  }

  /** Gives the file its name; deletes it if nothing failed. */
  void finish() throws IOException {
    try {
      out.close();
      if (Files.size(part) == 0) {
        Files.delete(part);
      } else {
        Files.move(part, file);
      }
    } catch (IOException e) {
      throw FileTrouble.cannotWrite(file, e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
