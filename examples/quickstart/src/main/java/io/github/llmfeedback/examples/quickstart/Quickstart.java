package io.github.llmfeedback.examples.quickstart;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs the tour on the sandbox; with {@code --real portkey=<traceId> …} it then also sends one
 * thumbs up and one update to the real provider. With {@code --import} it submits a file instead,
 * to the sandbox unless {@code --to} names a real provider.
 */
public final class Quickstart {
  private static final String USAGE =
      "usage: [--real portkey=<traceId> humanloop=<dataId> helicone=<requestId>"
          + " baseplate=<usageId>] | --import <file> [--to <provider>] [--repeat-uncertain]"
          + " [--from-line <number>]";

  private Quickstart() {}

  /** Runs it; exits with 2 on wrong arguments and with 1 if a real provider accepted nothing. */
  public static void main(String... args) {
    int exit = run(List.of(args), System.getenv(), System.out);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  static int run(List<String> args, Map<String, String> environment, PrintStream out) {
    Screen screen = new Screen(out);
    if (args.contains("--import")) {
      return importFile(args, RealProviders.FACTORIES, screen);
    }
    RealProviders real = new RealProviders(RealProviders.FACTORIES, screen);
    Map<String, String> targets;
    try {
      String stray = ImportArguments.strayOption(args);
      if (stray != null) {
        throw new IllegalArgumentException("'" + stray + "' belongs to --import <file>");
      }
      targets = targets(args);
    } catch (IllegalArgumentException e) {
      screen.say(e);
      screen.say(USAGE);
      return 2;
    }
    try (Sandbox sandbox = Sandbox.start()) {
      new Tour(sandbox, screen).run();
    }
    if (targets.isEmpty()) {
      real.mentionKeys(environment);
      return 0;
    }
    return real.send(targets) ? 0 : 1;
  }

  /** Imports a file; a test passes other factories. */
  static int importFile(
      List<String> args, Map<String, Supplier<FeedbackClient>> factories, Screen screen) {
    ImportArguments arguments;
    try {
      arguments = ImportArguments.parse(args, factories.keySet());
    } catch (IllegalArgumentException e) {
      screen.say(e);
      screen.say(USAGE);
      return 2;
    }
    String provider = arguments.provider();
    Supplier<FeedbackClient> real = provider == null ? null : factories.get(provider);
    FileImport files = new FileImport(arguments, screen);
    screen.heading(
        arguments.file() + " goes to " + (real == null ? "the sandbox" : "the real " + provider));
    try {
      return (real == null ? toSandbox(files) : to(real, files)) ? 0 : 1;
    } catch (IllegalArgumentException e) {
      screen.say(e);
      return 1;
    }
  }

  private static boolean toSandbox(FileImport files) {
    try (Sandbox sandbox = Sandbox.start()) {
      return to(
          () ->
              PortkeyFeedbackClient.builder(sandbox.portkeyKey())
                  .baseUrl(sandbox.portkeyBaseUrl())
                  .build(),
          files);
    }
  }

  private static boolean to(Supplier<FeedbackClient> provider, FileImport files) {
    try (FeedbackClient client = provider.get()) {
      return files.run(client);
    }
  }

  /** The ids that the user names, by provider; none unless {@code --real} comes first. */
  static Map<String, String> targets(List<String> args) {
    Map<String, String> targets = new LinkedHashMap<>();
    Iterator<String> rest = args.iterator();
    if (!rest.hasNext()) {
      return targets;
    }
    String first = rest.next();
    if (!first.equals("--real") || !rest.hasNext()) {
      throw new IllegalArgumentException("expected --real and at least one provider=id");
    }
    while (rest.hasNext()) {
      String arg = rest.next();
      int equals = arg.indexOf('=');
      String provider = equals < 0 ? arg : arg.substring(0, equals);
      if (equals < 0 || equals == arg.length() - 1) {
        throw new IllegalArgumentException("'" + arg + "' must be provider=id");
      }
      if (!RealProviders.FACTORIES.containsKey(provider)) {
        throw new IllegalArgumentException(
            "'" + provider + "' must be one of " + RealProviders.FACTORIES.keySet());
      }
      targets.put(provider, arg.substring(equals + 1));
    }
    return targets;
  }
}
