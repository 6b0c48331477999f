// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Every register a program can hold a value in, laid out in memory: what {@link Probe} loads before a run and stores after it.
 *
 * @param at offset in {@code memory}, a multiple of 64
 */
record RegisterState(NativeMemory memory, int at, SaveSet width) {
    static final int FLAGS = 128;
    static final int MXCSR = 136;
    static final int X87 = 140;
    static final int MASKS = 144;
    static final int VECTORS = 256;
    static final int BYTES = VECTORS + 32 * 64;

    static final long DIRECTION = 1 << 10;
    static final long ALIGNMENT_CHECK = 1 << 18;
    /** What a program can set of the flags and this test compares: CF PF AF ZF SF DF OF, AC, ID. */
    static final long FLAGS_IN_USE = 0x24_0CD5;

    static int general(Reg64 register) {
        return 8 * register.number();
    }

    static int vector(int number) {
        return VECTORS + 64 * number;
    }

    static int mask(int number) {
        return MASKS + 8 * number;
    }

    /** The address of the first byte. */
    long address() {
        return memory.address() + at;
    }

    long get(Reg64 register) {
        return memory.getLong(at + general(register));
    }

    void set(Reg64 register, long value) {
        memory.putLong(at + general(register), value);
    }

    byte[] get(PreservedVector vector) {
        return memory.getBytes(at + vector(vector.number()), vector.bytes());
    }

    long flags() {
        return memory.getLong(at + FLAGS) & FLAGS_IN_USE;
    }

    void setFlags(long flags) {
        memory.putLong(at + FLAGS, flags & FLAGS_IN_USE | 2);
    }

    int mxcsr() {
        return memory.getInt(at + MXCSR);
    }

    int x87() {
        return memory.getInt(at + X87) & 0xFFFF;
    }

    /** Gives everything a random value; DF and AC stay clear. */
    void randomize(Random random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        memory.putBytes(at, bytes);
        setFlags(random.nextLong() & ~(DIRECTION | ALIGNMENT_CHECK));
        memory.putInt(at + MXCSR, random.nextInt() & 0xFFFF);
        memory.putInt(at + X87, random.nextInt() & 0xF3F | 0x40); // bit 6 always reads as 1
    }

    /** Everything by name, as text. */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < 16; i++) {
            values.put(Registers.gp64(i).name(), Long.toHexString(get(Registers.gp64(i))));
        }
        values.put("flags", Long.toHexString(flags()));
        values.put("mxcsr", Integer.toHexString(mxcsr()));
        values.put("x87 control word", Integer.toHexString(x87()));
        for (int i = 0; i < width.masks(); i++) {
            values.put("k" + i, Long.toHexString(memory.getLong(at + mask(i))));
        }
        for (int i = 0; i < width.vectors(); i++) {
            byte[] value = memory.getBytes(at + vector(i), width.vectorBytes());
            values.put(width.vectorName() + i, Arrays.toString(value));
        }
        return values;
    }
}
