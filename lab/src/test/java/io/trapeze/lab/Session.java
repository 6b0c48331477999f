// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import io.trapeze.lab.program.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the command line in this JVM and catches what it writes. */
final class Session {
    private final Map<String, String> environment = new HashMap<>();
    private Repertoire repertoire = Repertoire.shipped();
    private boolean terminal;
    private byte[] input = {};

    /** What a command left. */
    record Ending(int exit, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    Session with(Program... those) {
        return with(repertoire.with(List.of(those)));
    }

    Session with(Repertoire other) {
        repertoire = other;
        return this;
    }

    Session onTerminal() {
        terminal = true;
        return this;
    }

    Session reading(byte[] bytes) {
        input = bytes;
        return this;
    }

    Session having(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Ending run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(new ByteArrayInputStream(input), out, err, terminal, terminal, environment);
        int exit = TrapezeCommand.commandLine(shell, repertoire).execute(arguments);
        return new Ending(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** The same, with everything on one line between blanks. */
    Ending type(String line) {
        return run(line.isBlank() ? new String[0] : line.strip().split("\\s+"));
    }
}
