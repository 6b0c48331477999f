// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import java.util.ArrayList;
import java.util.List;

/**
 * The frame that the preemption trampoline builds on the interrupted stack; offsets in bytes from its lowest address.
 *
 * <p>From low to high: vectors, mask registers, the x87 registers, one slot for the control words, the 15 general registers, flags, and the
 * resume address that the signal handler stored. Above it lie the bytes the interrupt skipped, untouched.
 *
 * @param saveSet which state is saved besides the general registers
 */
public record PreemptFrame(SaveSet saveSet) {
    /** The general registers in the order of their addresses; they are pushed from the last to the first. */
    public static final List<IndexReg> GENERAL =
            List.of(rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15, rbp);

    /** Bytes that FNSAVE stores outside 16-bit mode: environment and eight registers (SDM vol. 1, section 8.1.10). */
    public static final int X87_BYTES = 108;

    /** Returns the bytes below the general registers: vectors, masks, x87 registers, and the control-word slot. */
    public int stateBytes() {
        return controlWords() + 8;
    }

    /** Returns the offset of vector register {@code number}. */
    public int vector(int number) {
        return number * saveSet.vectorBytes();
    }

    /** Returns the offset of mask register {@code number}. */
    public int mask(int number) {
        return vector(saveSet.vectors()) + 8 * number;
    }

    /** Returns the offset of the x87 state ({@value #X87_BYTES} bytes); of where it would be, if the set has none. */
    public int x87State() {
        return mask(saveSet.masks());
    }

    /** Returns the offset of the control-word slot (8 bytes). */
    public int controlWords() {
        return x87State() + (saveSet.x87() ? X87_BYTES + 4 : 0);
    }

    /** Returns the offset of MXCSR (4 bytes). */
    public int mxcsr() {
        return controlWords();
    }

    /** Returns the offset of the x87 control word (2 bytes). */
    public int x87() {
        return controlWords() + 4;
    }

    /** Returns the offset of a general register. */
    public int general(IndexReg register) {
        return stateBytes() + 8 * GENERAL.indexOf(register);
    }

    /** Returns the offset of the flags. */
    public int flags() {
        return stateBytes() + 8 * GENERAL.size();
    }

    /** Returns the size without the resume address: its offset. */
    public int size() {
        return flags() + 8;
    }

    /**
     * One row of the frame.
     *
     * @param name what is kept there
     * @param offset bytes from the frame's lowest address
     * @param size bytes
     */
    public record Row(String name, int offset, int size) {}

    /** Returns all rows, from low to high. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < saveSet.vectors(); i++) {
            rows.add(new Row(saveSet.vectorName() + i, vector(i), saveSet.vectorBytes()));
        }
        for (int i = 0; i < saveSet.masks(); i++) {
            rows.add(new Row("k" + i, mask(i), 8));
        }
        if (saveSet.x87()) {
            rows.add(new Row("x87 state", x87State(), X87_BYTES));
        }
        rows.add(new Row("mxcsr", mxcsr(), 4));
        rows.add(new Row("x87 control word", x87(), 2));
        GENERAL.forEach(r -> rows.add(new Row(r.name(), general(r), 8)));
        rows.add(new Row("flags", flags(), 8));
        rows.add(new Row("pc", size(), 8));
        return rows;
    }
}
