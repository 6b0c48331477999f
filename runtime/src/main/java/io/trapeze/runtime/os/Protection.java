// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * What a page may be used for. There is no constant for pages that are writable and executable at once, so no caller can
 * ask for them.
 */
public enum Protection {
    /** Any access faults. */
    NONE("---"),
    /** Data. */
    READ_WRITE("rw-"),
    /** Code that is complete. */
    READ_EXECUTE("r-x");

    private final String letters;

    Protection(String letters) {
        this.letters = letters;
    }

    /** The three letters that {@code /proc/self/maps} prints for such a page. */
    @Override
    public String toString() {
        return letters;
    }
}
