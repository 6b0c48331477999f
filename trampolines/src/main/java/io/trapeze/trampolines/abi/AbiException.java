// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi;

/** A description that contradicts itself, or that a primitive cannot be generated for. */
public final class AbiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception; {@code message} names the field, what is wrong with it and what would be right. */
    public AbiException(String message) {
        super(message);
    }
}
