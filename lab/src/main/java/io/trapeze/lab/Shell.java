// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the shell that started it.
 *
 * @param in standard input
 * @param out standard output; results go there, as UTF-8
 * @param err standard error; messages and progress go there
 * @param outIsTerminal whether a person sees {@code out}
 * @param errIsTerminal whether a person sees {@code err}
 * @param environment the variables
 */
record Shell(
        InputStream in,
        OutputStream out,
        OutputStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        Map<String, String> environment) {

    /** The one that started this process. */
    static Shell ofThisProcess() {
        // Not System.out: a PrintStream swallows errors, and a full disk must not look like success.
        return new Shell(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                isTerminal(1),
                isTerminal(2),
                System.getenv());
    }

    /** Writes a result. */
    void print(String text) {
        print(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a result that is not text. */
    void print(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new CommandException(
                    Exit.FAILED,
                    "can't write to standard output: " + e.getMessage(),
                    "Look at what it is connected to, or name a file with -o where the command has it",
                    e);
        }
    }

    /** Writes a message; what can't be written is lost, since there is nobody left to tell. */
    void complain(String text) {
        try {
            err.write(text.getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException e) {
            // Nobody listens any more; the exit status still tells.
        }
    }

    /** Whether a variable is set to anything but nothing or {@code 0}. */
    boolean isSet(String variable) {
        String value = environment.getOrDefault(variable, "");
        return !value.isEmpty() && !value.equals("0");
    }

    private static boolean isTerminal(int descriptor) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return target.startsWith("/dev/pts") || target.toString().matches("/dev/(tty.*|console)");
        } catch (IOException | RuntimeException e) {
            return isTerminal(System.console()); // no /proc here
        }
    }

    /** From JDK 22 on there is a console even where there is no terminal, and a method to ask it. */
    private static boolean isTerminal(Console console) {
        try {
            return console != null
                    && (Runtime.version().feature() < 22
                            || (boolean) Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
