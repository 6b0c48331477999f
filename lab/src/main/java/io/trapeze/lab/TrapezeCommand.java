// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.render.Glyphs;
import io.trapeze.lab.render.Style;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code trapeze}: what all its subcommands share. */
@Command(
        name = "trapeze",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = TrapezeCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        header = "Go-style context switches as x86-64 machine code, written at run time.",
        sortOptions = false,
        usageHelpAutoWidth = false,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all is well",
            "1:a check failed, or the work could not be finished",
            "2:wrong usage; nothing was done",
            "3:not possible on this host; `trapeze doctor` tells why"
        })
final class TrapezeCommand implements Runnable {
    /** When to use colour. */
    enum Colour {
        /** On a terminal, unless {@code NO_COLOR} is set or {@code TERM} is {@code dumb}. */
        AUTO,
        ALWAYS,
        NEVER
    }

    static final class ColourChoice extends Choice<Colour> {
        ColourChoice() {
            super(
                    "colour mode",
                    Arrays.stream(Colour.values()),
                    mode -> mode.name().toLowerCase(Locale.ROOT));
        }
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = TrapezeCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "trapeze " + (version == null ? "(built without a version)" : version),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--color",
            scope = ScopeType.INHERIT,
            paramLabel = "WHEN",
            defaultValue = "auto",
            converter = ColourChoice.class,
            completionCandidates = ColourChoice.class,
            description = "When to use colour: ${COMPLETION-CANDIDATES}. NO_COLOR is heeded.")
    private Colour colour;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error; TRAPEZE_DEBUG=1 does the same.")
    private boolean verbose;

    TrapezeCommand(Shell shell) {
        this.shell = shell;
    }

    /**
     * Returns the whole command line, ready to execute.
     *
     * @param repertoire what there is to run and to measure
     */
    static CommandLine commandLine(Shell shell, Repertoire repertoire) {
        TrapezeCommand trapeze = new TrapezeCommand(shell);
        CommandLine line = new CommandLine(trapeze) {
            @Override
            public int execute(String... arguments) {
                return super.execute(helpAsOption(this, arguments));
            }
        };
        line.addSubcommand(new RunCommand(trapeze, repertoire.programs()))
                .addSubcommand(new EmitCommand(trapeze))
                .addSubcommand(new CommandLine(new AbiCommand(trapeze))
                        .addSubcommand(new AbiListCommand(trapeze))
                        .addSubcommand(new AbiShowCommand(trapeze))
                        .addSubcommand(new AbiCheckCommand(trapeze))
                        .addSubcommand(new AbiNewCommand()))
                .addSubcommand(new AsmCommand(trapeze))
                .addSubcommand(new DisasmCommand(trapeze))
                .addSubcommand(new ExplainCommand(trapeze))
                .addSubcommand(new DiffCommand(trapeze))
                .addSubcommand(new LayoutCommand(trapeze))
                .addSubcommand(new CheckCommand(trapeze))
                .addSubcommand(new MutateCommand(trapeze))
                .addSubcommand(new MuseumCommand(trapeze))
                .addSubcommand(new DoctorCommand(trapeze))
                .addSubcommand(new CommandLine(new BenchCommand(trapeze))
                        .addSubcommand(new BenchSwitchCommand(trapeze, repertoire))
                        .addSubcommand(new BenchStartCommand(trapeze, repertoire))
                        .addSubcommand(new BenchEmitCommand(trapeze, repertoire))
                        .addSubcommand(new BenchParkedCommand(trapeze, repertoire)))
                .setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        PlainValue.readBy(line);
        return line.setParameterExceptionHandler((error, arguments) -> Complaint.about(error, trapeze, arguments))
                .setExecutionExceptionHandler((error, command, parsed) -> Complaint.about(error, trapeze))
                .setExecutionStrategy(parsed -> {
                    // Not before: colours of the help depend on an option.
                    line.setColorScheme(
                            Help.defaultColorScheme(trapeze.outStyle() == Style.COLOUR ? Help.Ansi.ON : Help.Ansi.OFF));
                    return execute(line, parsed);
                });
    }

    /** {@code help COMMAND} is {@code COMMAND --help}; picocli would help with a command that there is not, too. */
    private static String[] helpAsOption(CommandLine line, String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("help")) {
            return arguments;
        }
        List<String> same = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        if (same.isEmpty() || line.getSubcommands().containsKey(same.get(0))) {
            same.add("--help");
        }
        return same.toArray(String[]::new);
    }

    /** What picocli lets through is an error of the JVM; those that a host can be the reason of are a user's to know. */
    private static int execute(CommandLine line, ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (LinkageError e) {
            throw impossible(
                    line,
                    "a native library can't be loaded: " + e.getMessage(),
                    "`trapeze doctor` tells what to do",
                    e);
        } catch (OutOfMemoryError e) {
            throw impossible(
                    line,
                    "not enough memory: " + e.getMessage(),
                    "Give the Java VM more by TRAPEZE_JAVA_OPTS=-Xmx8g, or the command less to do",
                    e);
        }
    }

    private static CommandLine.ExecutionException impossible(CommandLine line, String what, String next, Error error) {
        CommandException cause = new CommandException(Exit.IMPOSSIBLE, what, next, error);
        return new CommandLine.ExecutionException(line, cause.getMessage(), cause);
    }

    /** Without a subcommand there is nothing to do but to name them. */
    @Override
    public void run() {
        shell.complain(spec.commandLine().getUsageMessage(Help.Ansi.OFF));
        throw new CommandException(Exit.USAGE, "no command given", "Choose one of those above");
    }

    Shell shell() {
        return shell;
    }

    /** How results are to look. */
    Style outStyle() {
        return style(shell.outIsTerminal());
    }

    /** What drawings in results are to be made of. */
    Glyphs outGlyphs() {
        return Glyphs.of(shell.environment());
    }

    /** How messages are to look. */
    Style errStyle() {
        return style(shell.errIsTerminal());
    }

    boolean isVerbose() {
        return verbose || shell.isSet("TRAPEZE_DEBUG");
    }

    private Style style(boolean terminal) {
        boolean wanted = terminal
                && shell.environment().getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(shell.environment().get("TERM"));
        return colour == Colour.ALWAYS || colour != Colour.NEVER && wanted ? Style.COLOUR : Style.PLAIN;
    }
}
