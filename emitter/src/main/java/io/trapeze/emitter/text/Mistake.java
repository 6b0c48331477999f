// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

/** Ends the reading of one statement: what is wrong with it, and where. */
final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    Mistake(int line, int column, String message) {
        super(message, null, false, false);
        this.line = line;
        this.column = column;
    }

    Problem in(Source source) {
        return new Problem(source.name(), line, column, getMessage());
    }
}
