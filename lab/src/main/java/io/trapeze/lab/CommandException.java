// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

/** Ends a command with a message for its user and a status. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exit;

    /**
     * @param exit one of {@link Exit}
     * @param what what went wrong, a sentence without its full stop
     * @param next what to do next, a sentence without its full stop
     */
    CommandException(int exit, String what, String next) {
        this(exit, what, next, null);
    }

    CommandException(int exit, String what, String next, Throwable cause) {
        super(what + ". " + next + ".", cause);
        this.exit = exit;
    }

    int exit() {
        return exit;
    }
}
