// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

/** One line on a terminal's standard error that tells what goes on, written over and over; nothing elsewhere. */
final class StatusLine implements AutoCloseable {
    /** Back to the line's start, and clear it (ECMA-48 EL). */
    private static final String WIPE = "\r\u001b[K";

    private static final long PAUSE_NS = 100_000_000;
    private static final int COLUMNS = 79;

    private final Shell shell;
    private boolean used;
    private long last;

    StatusLine(Shell shell) {
        this.shell = shell;
    }

    /** Shows a text in place of the last one, unless that one is too new to have been read. */
    synchronized void show(String text) {
        long now = System.nanoTime();
        if (shell.errIsTerminal() && (!used || now - last >= PAUSE_NS)) {
            used = true;
            last = now;
            shell.complain(WIPE + text.substring(0, Math.min(text.length(), COLUMNS)));
        }
    }

    /** Clears the line, so that what follows starts on an empty one. */
    @Override
    public synchronized void close() {
        if (used) {
            shell.complain(WIPE);
            used = false;
        }
    }
}
