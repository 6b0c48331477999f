// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.state;

import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
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
public record RegisterState(NativeMemory memory, int at) {
    public static final int FLAGS = 128;
    public static final int MXCSR = 136;
    public static final int X87 = 140;
    public static final int MASKS = 144;
    /** What FNSAVE stores: environment (28 bytes) and eight registers. */
    public static final int X87_STATE = 208;

    public static final int VECTORS = 320;
    public static final int BYTES = VECTORS + 32 * 64;

    public static final long TRAP = 1 << 8;
    public static final long DIRECTION = 1 << 10;
    public static final long ALIGNMENT_CHECK = 1 << 18;
    /** What a program can set of the flags and this test compares: CF PF AF ZF SF DF OF, AC, ID. */
    public static final long FLAGS_IN_USE = 0x24_0CD5;
    /** The control bits of MXCSR: all but the six sticky ones. */
    public static final int MXCSR_CONTROL = 0xFFC0;

    /** Condition codes and the stack's top: what of the status word raises nothing. */
    private static final int X87_STATUS = 0x7F00;

    public static int general(Register register) {
        return 8 * register.number();
    }

    public static int vector(int number) {
        return VECTORS + 64 * number;
    }

    public static int mask(int number) {
        return MASKS + 8 * number;
    }

    public long get(Reg64 register) {
        return memory.getLong(at + general(register));
    }

    public void set(Reg64 register, long value) {
        memory.putLong(at + general(register), value);
    }

    public byte[] vector(int number, int bytes) {
        return memory.getBytes(at + vector(number), bytes);
    }

    public byte[] get(PreservedVector vector) {
        return vector(vector.number(), vector.bytes());
    }

    public long get(KReg mask) {
        return memory.getLong(at + mask(mask.number()));
    }

    public long flags() {
        return memory.getLong(at + FLAGS) & FLAGS_IN_USE;
    }

    public void setFlags(long flags) {
        memory.putLong(at + FLAGS, flags & (FLAGS_IN_USE | TRAP) | 2);
    }

    public int mxcsr() {
        return memory.getInt(at + MXCSR);
    }

    public int x87() {
        return memory.getInt(at + X87) & 0xFFFF;
    }

    private void setX87(int controlWord) {
        memory.putInt(at + X87, controlWord);
        memory.putInt(at + X87_STATE, 0xFFFF_0000 | controlWord);
    }

    /** Gives everything a random value; DF, AC and TF stay clear, and no exception of the x87 registers is pending. */
    public void randomize(Random random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        memory.putBytes(at, bytes);
        setFlags(random.nextLong() & ~(DIRECTION | ALIGNMENT_CHECK | TRAP));
        memory.putInt(at + MXCSR, random.nextInt() & 0xFFFF);
        setX87(random.nextInt() & 0xF3F | 0x40); // bit 6 always reads as 1
        memory.putInt(at + X87_STATE + 4, random.nextInt() & X87_STATUS);
    }

    /** Marks all x87 registers as in use. */
    public void fillX87() {
        memory.putInt(at + X87_STATE + 8, 0);
    }

    /** Marks all x87 registers as free. */
    public void emptyX87() {
        memory.putInt(at + X87_STATE + 8, 0xFFFF_FFFF);
    }

    /** Whether all x87 registers are free. */
    public boolean x87IsEmpty() {
        return (memory.getInt(at + X87_STATE + 8) & 0xFFFF) == 0xFFFF;
    }

    /** Makes all bytes the same. */
    public void fill(int value) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) value);
        memory.putBytes(at, bytes);
    }

    /** Whether FNINIT or FNSAVE was the last to change the x87 registers. */
    public boolean x87IsFresh() {
        return x87() == 0x37F && (memory.getInt(at + X87_STATE + 4) & 0xFFFF) == 0 && x87IsEmpty();
    }

    /** A part's value as hexadecimal digits, most significant first. */
    public String get(Part part) {
        byte[] bytes = memory.getBytes(at + part.offset(), part.bytes());
        StringBuilder digits = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            int kept = i < 8 ? (int) (part.mask() >> 8 * i) & 0xFF : 0xFF;
            digits.append(HexFormat.of().toHexDigits((byte) (bytes[i] & kept)));
        }
        return digits.toString();
    }

    /** Makes a part zero or, if it controls anything, what it is when a program starts. */
    public void quieten(Part part) {
        memory.putBytes(at + part.offset(), new byte[part.bytes()]);
        switch (part.name()) {
            case "rflags" -> setFlags(0);
            case "mxcsr" -> memory.putInt(at + MXCSR, 0x1F80);
            case "x87 control word" -> setX87(0x37F);
            case "x87 tag word" -> memory.putInt(at + X87_STATE + 8, 0xFFFF_FFFF);
            default -> {
                // Zero is as quiet as it can be.
            }
        }
    }

    /** Everything that a save set covers, by name. */
    public Map<String, String> values(SaveSet covered) {
        Map<String, String> values = new LinkedHashMap<>();
        Part.all(covered).forEach(part -> values.put(part.name(), get(part)));
        return values;
    }
}
