package io.github.llmfeedback.examples.quickstart;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Says which file cannot be read or written, and why. */
final class FileTrouble {
  private FileTrouble() {}

  static IOException cannotRead(Path file, IOException cause) {
    return new IOException("cannot read " + file + ": " + reason(cause), cause);
  }

  static IOException cannotWrite(Path file, IOException cause) {
    return new IOException("cannot write " + file + ": " + reason(cause), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof NoSuchFileException) {
      return "it does not exist";
    }
    String reason =
        cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
    return reason == null ? cause.getClass().getSimpleName() : reason.toLowerCase(Locale.ROOT);
  }
}
