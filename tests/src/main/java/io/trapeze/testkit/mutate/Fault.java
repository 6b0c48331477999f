// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import java.util.Locale;

/** The sorts of faults that {@linkplain Mutants mutants} have. */
public enum Fault {
    /** An instruction is gone: bytes that do nothing stand in its place. */
    REMOVED,
    /** An address lies 8 bytes off; in units of the operand where EVEX compresses displacements. */
    WRONG_SLOT,
    /** An immediate is 8 more or less. */
    WRONG_NUMBER,
    /** Two instructions one after the other have each other's displacement. */
    SWAPPED,
    /** Half of a vector is moved. */
    HALF_A_VECTOR,
    /** A condition is the opposite one. */
    WRONG_CONDITION,
    /** RSP is off by 8 or 16 when the code is left. */
    SHIFTED_STACK,
    /** The generator was told to forget a preserved register, save and restore. */
    FORGOTTEN,
    /** The generator was told another alignment, shadow space, interrupt skip, or state at calls. */
    WRONG_RULE;

    /** Returns the name as text has it: {@code wrong slot}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
