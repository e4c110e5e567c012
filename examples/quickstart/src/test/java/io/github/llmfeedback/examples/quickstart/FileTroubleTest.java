package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileTroubleTest {
  private static final Path FILE = Path.of("clicks.jsonl");

  @Test
  void aMissingPermissionIsNamed() {
    IOException denied = new AccessDeniedException("clicks.jsonl");

    assertThat(FileTrouble.cannotRead(FILE, denied))
        .hasMessage("cannot read clicks.jsonl: permission denied");
    assertThat(FileTrouble.cannotWrite(FILE, denied))
        .hasMessage("cannot write clicks.jsonl: permission denied");
  }
}
