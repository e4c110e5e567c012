package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The contract of a client that makes one {@link FalseDeclaration} about one {@link Part}; {@link
 * FalseDeclarationTest} runs it and sees it fail. Its name keeps it out of the build's own run.
 */
@ExtendWith(FalseDeclarationContract.Parameters.class)
class FalseDeclarationContract extends ToyContract {
  private final FalseDeclaration declaration;
  private final Part part;

  FalseDeclarationContract(FalseDeclaration declaration, Part part) {
    this.declaration = declaration;
    this.part = part;
  }

  @Override
  ToyDialect dialect() {
    return declaration.about(part);
  }

  @Override
  public FeedbackClient open(String baseUrl, String apiKey, ClientSettings settings) {
    FeedbackClient client = super.open(baseUrl, apiKey, settings);
    return declaration == FalseDeclaration.UNDERSTATES
        ? new UnderstatingClient(client, part)
        : client;
  }

  /** Takes the declaration and its part from the launcher's parameters. */
  static final class Parameters implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext run) {
      Class<?> type = parameter.getParameter().getType();
      return parameter.getDeclaringExecutable().getDeclaringClass()
              == FalseDeclarationContract.class
          && (type == FalseDeclaration.class || type == Part.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext run) {
      return parameter.getParameter().getType() == FalseDeclaration.class
          ? run.getConfigurationParameter("declaration", FalseDeclaration::valueOf).orElseThrow()
          : run.getConfigurationParameter("part", Part::valueOf).orElseThrow();
    }
  }
}
