// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.PreservedVector;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Every register a program can hold a value in, laid out in memory: what a {@link Probe} loads before a run and stores after it.
 *
 * @param at offset in {@code memory}, a multiple of 64
 */
record RegisterState(NativeMemory memory, int at) {
    static final int FLAGS = 128;
    static final int MXCSR = 136;
    static final int X87 = 140;
    static final int MASKS = 144;
    /** What FNSAVE stores: environment (28 bytes) and eight registers. */
    static final int X87_STATE = 208;

    static final int VECTORS = 320;
    static final int BYTES = VECTORS + 32 * 64;

    static final long TRAP = 1 << 8;
    static final long DIRECTION = 1 << 10;
    static final long ALIGNMENT_CHECK = 1 << 18;
    /** What a program can set of the flags and this test compares: CF PF AF ZF SF DF OF, AC, ID. */
    static final long FLAGS_IN_USE = 0x24_0CD5;
    /** The control bits of MXCSR: all but the six sticky ones. */
    static final int MXCSR_CONTROL = 0xFFC0;

    private static final int X87_BYTES = 108;
    /** Bytes of the environment that say where the last instruction and its operand were. */
    private static final int X87_POINTERS = 12;

    private static final int X87_REGISTERS = 28;
    /** Condition codes and the stack's top: what of the status word raises nothing. */
    private static final int X87_STATUS = 0x7F00;

    static int general(Register register) {
        return 8 * register.number();
    }

    static int vector(int number) {
        return VECTORS + 64 * number;
    }

    static int mask(int number) {
        return MASKS + 8 * number;
    }

    long get(Reg64 register) {
        return memory.getLong(at + general(register));
    }

    void set(Reg64 register, long value) {
        memory.putLong(at + general(register), value);
    }

    byte[] vector(int number, int bytes) {
        return memory.getBytes(at + vector(number), bytes);
    }

    byte[] get(PreservedVector vector) {
        return vector(vector.number(), vector.bytes());
    }

    long get(KReg mask) {
        return memory.getLong(at + mask(mask.number()));
    }

    long flags() {
        return memory.getLong(at + FLAGS) & FLAGS_IN_USE;
    }

    void setFlags(long flags) {
        memory.putLong(at + FLAGS, flags & (FLAGS_IN_USE | TRAP) | 2);
    }

    int mxcsr() {
        return memory.getInt(at + MXCSR);
    }

    int x87() {
        return memory.getInt(at + X87) & 0xFFFF;
    }

    private void setX87(int controlWord) {
        memory.putInt(at + X87, controlWord);
        memory.putInt(at + X87_STATE, 0xFFFF_0000 | controlWord);
    }

    /** Gives everything a random value; DF, AC and TF stay clear, and no exception of the x87 registers is pending. */
    void randomize(Random random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        memory.putBytes(at, bytes);
        setFlags(random.nextLong() & ~(DIRECTION | ALIGNMENT_CHECK | TRAP));
        memory.putInt(at + MXCSR, random.nextInt() & 0xFFFF);
        setX87(random.nextInt() & 0xF3F | 0x40); // bit 6 always reads as 1
        memory.putInt(at + X87_STATE + 4, random.nextInt() & X87_STATUS);
    }

    /** Marks all x87 registers as in use. */
    void fillX87() {
        memory.putInt(at + X87_STATE + 8, 0);
    }

    /** Makes all bytes the same. */
    void fill(int value) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) value);
        memory.putBytes(at, bytes);
    }

    /** Whether FNINIT or FNSAVE was the last to change the x87 registers. */
    boolean x87IsFresh() {
        return x87() == 0x37F
                && (memory.getInt(at + X87_STATE + 4) & 0xFFFF) == 0
                && (memory.getInt(at + X87_STATE + 8) & 0xFFFF) == 0xFFFF;
    }

    /** Everything that a save set covers by name, as text; of the x87 state all but the pointers, which only handlers read. */
    Map<String, String> values(SaveSet covered) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < 16; i++) {
            values.put(Registers.gp64(i).name(), Long.toHexString(get(Registers.gp64(i))));
        }
        values.put("flags", Long.toHexString(flags()));
        values.put("mxcsr", Integer.toHexString(mxcsr()));
        values.put("x87 control word", Integer.toHexString(x87()));
        for (int i = 0; i < covered.masks(); i++) {
            values.put("k" + i, Long.toHexString(memory.getLong(at + mask(i))));
        }
        for (int i = 0; i < covered.vectors(); i++) {
            values.put(covered.vectorName() + i, HexFormat.of().formatHex(vector(i, covered.vectorBytes())));
        }
        if (covered.x87()) {
            values.put("x87 environment", x87(0, X87_POINTERS));
            values.put("x87 registers", x87(X87_REGISTERS, X87_BYTES));
        }
        return values;
    }

    private String x87(int from, int to) {
        byte[] bytes = memory.getBytes(at + X87_STATE + from, to - from);
        for (int i = 2; from == 0 && i < bytes.length; i += 4) {
            bytes[i] = bytes[i + 1] = 0; // upper halves of the environment's words are reserved
        }
        return HexFormat.of().formatHex(bytes);
    }
}
