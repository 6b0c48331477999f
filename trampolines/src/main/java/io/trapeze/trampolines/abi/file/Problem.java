// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

/**
 * One thing that is wrong with an ABI file.
 *
 * @param file the file, as it was named
 * @param line from 1; 0 if it is the file as a whole
 * @param column from 1; 0 if it is the file as a whole
 * @param reason what is wrong and what to do, without a full stop
 */
public record Problem(String file, int line, int column, String reason) {
    /** Returns the line for people: {@code mine.toml:3:12: reason.}. */
    @Override
    public String toString() {
        String end = reason.matches("(?s).*[.?!]") ? "" : ".";
        return file + ":" + (line > 0 ? line + ":" + column + ":" : "") + " " + reason + end;
    }
}
