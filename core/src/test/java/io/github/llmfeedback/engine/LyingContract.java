package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The contract of a client that tells one {@link FalseDeclaration} about one {@link Part}; {@link
 * LyingDialectTest} runs it and sees it fail. Its name keeps it out of the build's own run.
 */
@ExtendWith(LyingContract.Parameters.class)
class LyingContract extends ToyContract {
  private final FalseDeclaration lie;
  private final Part part;

  LyingContract(FalseDeclaration lie, Part part) {
    this.lie = lie;
    this.part = part;
  }

  @Override
  ToyDialect dialect() {
    return lie.about(part);
  }

  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    FeedbackClient client = super.open(baseUrl, apiKey, settings);
    return lie == FalseDeclaration.UNDERSTATES ? new UnderstatingClient(client, part) : client;
  }

  /** Takes the lie and its part from the launcher's parameters. */
  static final class Parameters implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext run) {
      Class<?> type = parameter.getParameter().getType();
      return parameter.getDeclaringExecutable().getDeclaringClass() == LyingContract.class
          && (type == FalseDeclaration.class || type == Part.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext run) {
      return parameter.getParameter().getType() == FalseDeclaration.class
          ? run.getConfigurationParameter("lie", FalseDeclaration::valueOf).orElseThrow()
          : run.getConfigurationParameter("part", Part::valueOf).orElseThrow();
    }
  }
}
