// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which lines an assembler refuses: one run for many. */
final class Refusals {
    private static final Pattern ERROR = Pattern.compile("code\\.s:(\\d+):(?:\\d+:)? (?:[Ee]rror|ERROR): (.*)");

    private Refusals() {}

    static BitSet ofGnuAs(Path directory, List<String> lines) {
        return refused(directory, lines, List.of("as", "--64", "-o", "code.o", "code.s"));
    }

    /** A line that only lacks a feature, of the processors that llvm-mc has been told of, is not refused. */
    static BitSet ofLlvmMc(Path directory, List<String> lines) {
        return refused(
                directory,
                lines,
                List.of("llvm-mc", "-triple=x86_64", ReferenceAssembler.FEATURES_OPTION, "-filetype=null", "code.s"));
    }

    private static BitSet refused(Path directory, List<String> lines, List<String> command) {
        BitSet refused = new BitSet();
        try {
            Files.writeString(
                    directory.resolve("code.s"), ".intel_syntax noprefix\n" + String.join("\n", lines) + "\n");
            Path errors = directory.resolve(command.get(0) + ".err");
            Process process = Tool.process(directory, command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile())
                    .start();
            process.waitFor();
            for (String line : Files.readAllLines(errors, StandardCharsets.ISO_8859_1)) {
                Matcher matcher = ERROR.matcher(line);
                if (matcher.lookingAt() && !matcher.group(2).startsWith("instruction requires:")) {
                    refused.set(Integer.parseInt(matcher.group(1)) - 2);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
        return refused;
    }
}
