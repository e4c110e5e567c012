package io.github.llmfeedback.contract;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.client.HttpFeedbackClient;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets the first client of the JVM rehearse before any test: the first asynchronous calls would
 * otherwise begin later than their tests expect. JUnit finds it by {@code META-INF/services}.
 */
public final class Rehearsed implements LauncherSessionListener {
  /** For JUnit. */
  public Rehearsed() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    new Unused().close(); // which waits for it
  }

  /** A client that nobody calls. */
  private static final class Unused extends HttpFeedbackClient {
    Unused() {
      super(
          ApiEndpoint.at("unused", "127.0.0.1", "http://127.0.0.1:1"),
          ClientSettings.defaults(),
          new Comments());
    }
  }

  /** A dialect in which a feedback is its comment. */
  private static final class Comments implements Dialect<String> {
    @Override
    public Capabilities capabilities() {
      return Capabilities.of("unused").with(Support.NATIVE, Part.THUMBS, Part.COMMENT);
    }

    @Override
    public TargetKey targetKey() {
      return TargetKey.of("unused", "id");
    }

    @Override
    public List<String> encode(Feedback feedback, String target, Losses losses) {
      return List.of(feedback.comment().orElse(""));
    }

    @Override
    public WireRequest request(List<List<String>> feedbacks) {
      return WireRequest.of("POST", feedbacks, "feedback");
    }
  }
}
