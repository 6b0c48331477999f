// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;
import io.trapeze.emitter.isa.RegisterClass;

/** A 64-bit general register; those that can be an index are {@link IndexReg}, all but {@code rsp}. */
public sealed class Reg64 extends Register permits IndexReg {
    private final int base;

    Reg64(int code, String name) {
        super(code, name);
        this.base = OperandBits.base(code);
    }

    @Override
    public final RegisterClass registerClass() {
        return RegisterClass.GP64;
    }

    /** Returns what {@code [register]} contributes to an instruction: see {@link OperandBits}. */
    public final int base() {
        return base;
    }
}
