// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

/** The entry point of the command line. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and ends the JVM with its status.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        System.err.println("usage: trapeze COMMAND (there is none yet)");
        System.exit(2);
    }
}
