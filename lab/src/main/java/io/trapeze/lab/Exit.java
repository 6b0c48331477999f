// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

/** The statuses that a command ends with. */
final class Exit {
    /** All is well. */
    static final int FINE = 0;
    /** A check failed, or the work could not be finished. */
    static final int FAILED = 1;
    /** The command line makes no sense; nothing was done. */
    static final int USAGE = 2;
    /** This host can't do what was asked. */
    static final int IMPOSSIBLE = 3;

    private Exit() {}
}
