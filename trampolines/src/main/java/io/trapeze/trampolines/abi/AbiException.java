// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

/** A description that contradicts itself, or that a primitive cannot be generated for. */
public final class AbiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final AbiField field;

    /**
     * Makes the exception.
     *
     * @param field where the contradiction shows
     * @param problem what is wrong and what would be right; the message is {@code field: problem}
     */
    public AbiException(AbiField field, String problem) {
        super(field.of(problem));
        this.field = field;
    }

    /** Makes the exception for a single value; the message is {@code field = value: problem}. */
    public AbiException(AbiField field, Object value, String problem) {
        super(field.is(value) + ": " + problem);
        this.field = field;
    }

    /** Returns the field where the contradiction shows: a place in the file that the description came from. */
    public AbiField field() {
        return field;
    }
}
