// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/** The REX prefix (SDM vol. 2, section 2.2.1): the fourth bit of up to three registers, and the 64-bit operand size. */
public final class Rex {
    /** The prefix with none of its four bits set, as {@code spl bpl sil dil} need it. */
    public static final int EMPTY = 0x40;

    private Rex() {}
}
