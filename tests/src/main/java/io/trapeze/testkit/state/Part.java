// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.state;

import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a {@link RegisterState}: a register, the low bits of one, or some of its bits.
 *
 * @param name of the register
 * @param offset where it lies in the state
 * @param bytes its size
 * @param mask ones for the bits that are meant, of parts of 8 bytes at most
 */
public record Part(String name, int offset, int bytes, long mask) {
    /** Flags that a program sets and that are compared: CF PF AF ZF SF DF OF, AC, ID. */
    public static final Part FLAGS = new Part("rflags", RegisterState.FLAGS, 8, RegisterState.FLAGS_IN_USE);

    /** Control bits and sticky ones. */
    public static final Part MXCSR = new Part("mxcsr", RegisterState.MXCSR, 4, -1);
    /** The control bits alone: the sticky ones are a callee's to set. */
    public static final Part MXCSR_CONTROL = new Part("mxcsr", RegisterState.MXCSR, 4, RegisterState.MXCSR_CONTROL);

    /** The x87 control word. */
    public static final Part X87_CONTROL = new Part("x87 control word", RegisterState.X87, 2, -1);

    /** Which of the x87 registers are in use. */
    public static final Part X87_TAGS = new Part("x87 tag word", RegisterState.X87_STATE + 8, 2, -1);

    /** Where FS leads: to the thread, which is not the code's to change. */
    public static final Part FS_BASE = new Part("fs base", RegisterState.BASES, 8, -1);

    /** Where GS leads. */
    public static final Part GS_BASE = new Part("gs base", RegisterState.BASES + 8, 8, -1);

    /** Both. */
    public static List<Part> bases() {
        return List.of(FS_BASE, GS_BASE);
    }

    /** A general register. */
    public static Part of(Reg64 register) {
        return new Part(register.name(), RegisterState.general(register), 8, -1);
    }

    /** A vector register, or its low bits. */
    public static Part of(PreservedVector vector) {
        return new Part(vector.name(), RegisterState.vector(vector.number()), vector.bytes(), -1);
    }

    /** A mask register. */
    public static Part of(KReg mask) {
        return new Part(mask.name(), RegisterState.mask(mask.number()), 8, -1);
    }

    /** Everything of the x87 registers that {@code fnsave} stores, but where the last instruction and its operand were. */
    public static List<Part> x87() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("x87 status word", RegisterState.X87_STATE + 4, 2, -1));
        parts.add(X87_TAGS);
        for (int i = 0; i < 8; i++) {
            parts.add(new Part("st" + i, RegisterState.X87_STATE + 28 + 10 * i, 10, -1));
        }
        return parts;
    }

    /** Every part that a save set and the general registers cover. */
    public static List<Part> all(SaveSet covered) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            parts.add(of(Registers.gp64(i)));
        }
        parts.addAll(List.of(FLAGS, MXCSR, X87_CONTROL));
        for (int i = 0; i < covered.masks(); i++) {
            parts.add(of(Registers.mask(i)));
        }
        for (int i = 0; i < covered.vectors(); i++) {
            parts.add(of(new PreservedVector(i, 8 * covered.vectorBytes())));
        }
        if (covered.x87()) {
            parts.addAll(x87());
        }
        return parts;
    }
}
