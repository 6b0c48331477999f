// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.List;

/** The stack bounds of a thread block, in memory, in the order of Win64's description. */
final class ThreadBounds {
    static final List<ThreadBlock.Field> FIELDS = Abi.WIN64.threadFields();
    static final int BYTES = 8 * FIELDS.size();

    private ThreadBounds() {}

    /** Emits the way of the thread block's fields to memory; destroys {@code scratch}. */
    static void store(Assembler a, IndexReg base, int at, IndexReg scratch) {
        for (int i = 0; i < FIELDS.size(); i++) {
            a.mov(scratch, Abi.WIN64.threadOperand(FIELDS.get(i)));
            a.mov(qword(base, at + 8 * i), scratch);
        }
    }

    /** Emits the way of the thread block's fields from memory; destroys {@code scratch}. */
    static void load(Assembler a, IndexReg base, int at, IndexReg scratch) {
        for (int i = 0; i < FIELDS.size(); i++) {
            a.mov(scratch, qword(base, at + 8 * i));
            a.mov(Abi.WIN64.threadOperand(FIELDS.get(i)), scratch);
        }
    }

    /** Writes the bounds of a stack. */
    static void put(NativeMemory memory, int at, long base, long limit, long deallocation, long guaranteed) {
        memory.putLong(at, base);
        memory.putLong(at + 8L, limit);
        memory.putLong(at + 16L, deallocation);
        memory.putLong(at + 24L, guaranteed);
    }

    /** Reads bounds, as text: to be compared, and to be read. */
    static String text(NativeMemory memory, int at) {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < FIELDS.size(); i++) {
            text.add(FIELDS.get(i).name() + " " + Long.toHexString(memory.getLong(at + 8L * i)));
        }
        return text.toString();
    }
}
