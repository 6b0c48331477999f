// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

/** Ends the reading of one statement: what is wrong with it, and where. */
final class Mistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Token start;

    Mistake(Token start, String message) {
        super(message, null, false, false);
        this.start = start;
    }

    Problem in(Source source) {
        return new Problem(source.name(), start.line(), start.column(), getMessage());
    }
}
