// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.runtime.code.ExecutableMemoryException;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.file.AbiFileException;
import io.trapeze.trampolines.abi.file.NearestName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user reads when a command goes wrong: {@code trapeze: what. next step.}, on standard error. */
final class Complaint {
    private static final Pattern NO_NUMBER = Pattern.compile("(.* is no whole number)( from .*)?");
    private static final Pattern RANGE = Pattern.compile("[0-9]+ to [0-9][0-9,]*");

    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\r\n\t]]|\r(?!\n)");

    private Complaint() {}

    /** Reports a command line that could not be understood; returns the status to end with. */
    static int about(ParameterException error, TrapezeCommand trapeze, String[] arguments) {
        if (error.getCause() instanceof AbiFileException file
                && unknownOption(error).isEmpty()) {
            return about(file, trapeze);
        }
        String command = error.getCommandLine().getCommandSpec().qualifiedName();
        say(what(error) + " `" + command + " --help` shows how to use it.", trapeze);
        if (trapeze.isVerbose() || Arrays.asList(arguments).contains("--verbose")) {
            trace(error, trapeze);
        }
        return Exit.USAGE;
    }

    /** Reports a command that was understood and failed; returns the status to end with. */
    static int about(Exception error, TrapezeCommand trapeze) {
        if (error instanceof ParameterException usage) {
            return about(usage, trapeze, new String[0]);
        }
        if (brokenPipe(error)) {
            return Exit.FINE;
        }
        say(message(error), trapeze);
        if (trapeze.isVerbose()) {
            trace(error, trapeze);
        }
        return status(error);
    }

    private static int status(Exception error) {
        if (error instanceof CommandException expected) {
            return expected.exit();
        }
        if (error instanceof AbiFileException
                || error instanceof AbiException
                || error instanceof TypeConversionException) {
            return Exit.USAGE;
        }
        return isRefusal(error) ? Exit.IMPOSSIBLE : Exit.FAILED;
    }

    /** Whether it tells of something that this host does not allow; such messages end with a next step of their own. */
    private static boolean isRefusal(Exception error) {
        return error instanceof UnsupportedHostException
                || error instanceof HostException
                || error instanceof ExecutableMemoryException;
    }

    private static String message(Exception error) {
        if (error instanceof AbiFileException file) {
            int count = file.problems().size();
            return (count == 1 ? "an ABI file is wrong" : count + " things are wrong with an ABI file") + ".\n"
                    + error.getMessage();
        }
        if (error instanceof AbiException) {
            return error.getMessage() + ".";
        }
        if (error instanceof CommandException || error instanceof TypeConversionException || isRefusal(error)) {
            return error.getMessage();
        }
        String text = error.getMessage() == null ? "" : ": " + error.getMessage();
        return "internal error, " + error.getClass().getSimpleName() + text
                + ". Run it again with --verbose and report what it prints.";
    }

    /** Whoever read the output has seen enough ({@code trapeze … | head}): no error of ours. */
    private static boolean brokenPipe(Exception error) {
        return error.getCause() instanceof IOException
                && "Broken pipe".equals(error.getCause().getMessage());
    }

    private static String what(ParameterException error) {
        Optional<String> unknown = unknownOption(error);
        if (unknown.isPresent()) {
            return unknown.get();
        }
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (error instanceof MissingParameterException missing
                && missing.getMissing().size() == 1) {
            ArgSpec argument = missing.getMissing().get(0);
            if (argument.isPositional() && argument.completionCandidates() instanceof Choice<?> choice) {
                return "missing " + argument.paramLabel() + ". " + choice.offer();
            }
        }
        // A Choice says it all; what picocli puts before it names the place, which is plain to see.
        String text = error.getMessage().replaceFirst("^(Invalid value for .*?: (?=unknown )|Error: )", "");
        return sentence(withRange(text, error.getArgSpec()));
    }

    /** Says which numbers an argument takes, where its description does. */
    private static String withRange(String text, ArgSpec argument) {
        Matcher number = NO_NUMBER.matcher(text);
        if (argument == null || !number.matches()) {
            return text;
        }
        Matcher range = RANGE.matcher(String.join(" ", argument.description()));
        return range.find() ? number.group(1) + " from " + range.group() : text;
    }

    /** An option that there is not comes first: whatever else is wrong may come from it, such as its value for an argument. */
    private static Optional<String> unknownOption(ParameterException error) {
        CommandLine command = error.getCommandLine();
        // Their list would be long; the help that is named next has it.
        return command.getUnmatchedArguments().stream()
                .filter(argument -> argument.startsWith("-"))
                .findFirst()
                .map(option -> "unknown option '" + option + "'."
                        + NearestName.of(
                                        option,
                                        command.getCommandSpec().optionsMap().keySet())
                                .map(name -> " Did you mean " + name + "?")
                                .orElse(""));
    }

    private static String unmatched(UnmatchedArgumentException error) {
        CommandLine command = error.getCommandLine();
        String argument = error.getUnmatched().get(0);
        return command.getSubcommands().isEmpty()
                ? "unexpected argument '" + argument + "'."
                : Choice.unknown("command", argument, command.getSubcommands().keySet());
    }

    private static String sentence(String text) {
        String sentence = text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }

    private static void say(String message, TrapezeCommand trapeze) {
        trapeze.shell().complain(trapeze.errStyle().bad("trapeze:") + " " + seen(message) + "\n");
    }

    /** Shows what would command the terminal: much of a message may come from files. */
    private static String seen(String message) {
        return UNSEEN.matcher(message)
                .replaceAll(unseen -> "\\\\u%04x".formatted(unseen.group().codePointAt(0)));
    }

    static void trace(Exception error, TrapezeCommand trapeze) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace, true));
        trapeze.shell().complain(trace.toString());
    }
}
