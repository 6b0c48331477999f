// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.isa.RegisterClass;

/**
 * An 8-bit general register.
 *
 * <p>The numbers 4 to 7 mean {@code spl bpl sil dil} with a REX prefix and {@code ah ch dh bh} without one, so each of
 * them carries a mark that the encoder obeys (SDM vol. 2, section 2.2.1.2).
 */
public final class Reg8 extends Register {
    /** Mark in {@link #code()}: the register exists only with a REX prefix. */
    public static final int NEEDS_REX = 0x20;
    /** Mark in {@link #code()}: the register exists only without a REX prefix. */
    public static final int FORBIDS_REX = 0x40;

    Reg8(int code, String name) {
        super(code, name);
    }

    @Override
    public RegisterClass registerClass() {
        return RegisterClass.GP8;
    }
}
