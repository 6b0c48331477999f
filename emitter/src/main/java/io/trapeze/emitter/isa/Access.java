// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/** What an instruction does to one of its operands. */
public enum Access {
    /** The operand is only read. */
    READ,
    /** The operand is only written. */
    WRITE,
    /** The operand is read and written. */
    READ_WRITE,
    /** The operand's value is neither read nor written: only its address is used. */
    NONE;

    /** Whether the instruction may change the operand. */
    public boolean writes() {
        return this == WRITE || this == READ_WRITE;
    }
}
