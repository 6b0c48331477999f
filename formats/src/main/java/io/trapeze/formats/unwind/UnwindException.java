// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

/** Code that no unwind rules can be given for; the message says at which instruction, why, and what would help. */
public final class UnwindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception. */
    public UnwindException(String message) {
        super(message);
    }
}
