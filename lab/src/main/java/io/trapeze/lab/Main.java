// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

/** The entry point of the command line. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and ends the JVM with its status.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        System.exit(TrapezeCommand.commandLine(Shell.ofThisProcess(), Repertoire.shipped())
                .execute(arguments));
    }
}
