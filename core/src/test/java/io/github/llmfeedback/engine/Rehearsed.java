package io.github.llmfeedback.engine;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Rehearses the first call before any test, or those that come first would begin theirs later. */
public final class Rehearsed implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    new ToyClient("http://127.0.0.1:1", ToyDialect.plain(), ToyClient.settings().build()).close();
  }
}
