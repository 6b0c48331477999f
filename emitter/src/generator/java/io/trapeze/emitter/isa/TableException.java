// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/** A row of the instruction table that cannot be true; it fails the build. */
public final class TableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TableException(int line, String row, String reason) {
        super("instruction table, line " + line + ": " + reason + "\n    " + row);
    }
}
