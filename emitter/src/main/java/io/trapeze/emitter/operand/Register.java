// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import io.trapeze.emitter.encoding.OperandBits;
import io.trapeze.emitter.isa.RegisterClass;

/** A register of any class. */
public abstract sealed class Register implements Operand
        permits Reg64, Reg32, Reg16, Reg8, Xmm, Ymm, Zmm, KReg, St, Mm, SReg, CReg, DReg {
    private final int code;
    private final int reg;
    private final int rm;
    private final String name;

    Register(int code, String name) {
        this.code = code;
        this.reg = OperandBits.reg(code);
        this.rm = OperandBits.rm(code);
        this.name = name;
    }

    /** Returns the register's class, which fixes its width. */
    public abstract RegisterClass registerClass();

    /** Returns the number that the encoding carries, 0 to 15 (0 to 31 for vectors), without the marks of {@link Reg8}. */
    public final int number() {
        return code & 0x1F;
    }

    /** Returns the number with the marks the encoder needs ({@link Reg8#NEEDS_REX}, {@link Reg8#FORBIDS_REX}). */
    public final int code() {
        return code;
    }

    /** Returns what it contributes to an instruction as ModRM.reg: see {@link OperandBits}. */
    public final int reg() {
        return reg;
    }

    /** Returns what it contributes to an instruction as ModRM.rm: see {@link OperandBits}. */
    public final int rm() {
        return rm;
    }

    /** Returns the name in Intel syntax. */
    public final String name() {
        return name;
    }

    @Override
    public final String toString() {
        return name;
    }
}
