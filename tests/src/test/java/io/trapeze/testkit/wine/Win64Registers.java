// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.wine;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Every register that Win64 speaks of, and the thread's stack bounds, laid out in memory.
 *
 * @param at offset in {@code memory}, a multiple of 16
 */
record Win64Registers(NativeMemory memory, int at) {
    static final int FLAGS = 128;
    static final int MXCSR = 136;
    static final int X87 = 140;
    static final int VECTORS = 144;
    static final int BOUNDS = VECTORS + 16 * 16;
    static final int BYTES = BOUNDS + 64;

    private static final long DIRECTION = 1 << 10;
    /** CF PF AF ZF SF DF OF. */
    private static final long FLAGS_IN_USE = 0xCD5;

    static int general(Reg64 register) {
        return 8 * register.number();
    }

    long get(Reg64 register) {
        return memory.getLong(at + general(register));
    }

    void set(Reg64 register, long value) {
        memory.putLong(at + general(register), value);
    }

    String bounds() {
        return ThreadBounds.text(memory, at + BOUNDS);
    }

    /** Gives everything but the bounds a random value; DF stays clear. */
    void randomize(Random random) {
        byte[] bytes = new byte[BOUNDS];
        random.nextBytes(bytes);
        memory.putBytes(at, bytes);
        setFlags(random.nextLong() & ~DIRECTION);
        memory.putInt(at + MXCSR, random.nextInt() & 0xFFC0 | 0x1F80); // exceptions masked, no flag set
        memory.putInt(at + X87, random.nextInt() & 0xF00 | 0x7F);
    }

    void setFlags(long flags) {
        memory.putLong(at + FLAGS, flags & FLAGS_IN_USE | 2);
    }

    void setDirection() {
        setFlags(memory.getLong(at + FLAGS) | DIRECTION);
    }

    /** All that a call preserves, by name. */
    Map<String, String> preserved() {
        List<Reg64> general = new ArrayList<>(Abi.WIN64.preservedGeneral());
        general.add(rbp);
        Map<String, String> values = new LinkedHashMap<>();
        general.forEach(register -> values.put(register.name(), Long.toHexString(get(register))));
        Abi.WIN64.preservedVectors().forEach(vector -> values.put(vector.name(), vector(vector.number())));
        values.put("mxcsr", Integer.toHexString(memory.getInt(at + MXCSR) & 0xFFC0));
        values.put("x87 control word", Integer.toHexString(memory.getInt(at + X87) & 0xFFFF));
        return values;
    }

    /** All there is, by name. */
    Map<String, String> all() {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < 16; i++) {
            values.put(Registers.gp64(i).name(), Long.toHexString(get(Registers.gp64(i))));
            values.put("xmm" + i, vector(i));
        }
        values.put("flags", Long.toHexString(memory.getLong(at + FLAGS) & FLAGS_IN_USE));
        values.put("mxcsr", Integer.toHexString(memory.getInt(at + MXCSR)));
        values.put("x87 control word", Integer.toHexString(memory.getInt(at + X87) & 0xFFFF));
        values.put("bounds", bounds());
        return values;
    }

    private String vector(int number) {
        return Long.toHexString(memory.getLong(at + VECTORS + 16 * number + 8)) + ":"
                + Long.toHexString(memory.getLong(at + VECTORS + 16 * number));
    }

    // spotless:off
    /** Emits the loading of vectors, control words and flags from the state at {@code base}. */
    static void loadState(Assembler a, IndexReg base, int at) {
        for (int i = 0; i < 16; i++) {
            a.movdqu(xmm(i), xmmword(base, at + VECTORS + 16 * i));
        }
        a.ldmxcsr(dword(base, at + MXCSR));
        a.fldcw(word(base, at + X87));
        a.push(qword(base, at + FLAGS));
        a.popfq();
    }

    /** Emits the loading of the general registers but RSP; the base's own comes last. */
    static void loadGeneral(Assembler a, IndexReg base, int at) {
        for (int i = 0; i < 16; i++) {
            Reg64 register = Registers.gp64(i);
            if (register != rsp && register != base) {
                a.mov(register, qword(base, at + general(register)));
            }
        }
        a.mov(base, qword(base, at + general(base)));
    }
    // spotless:on
}
