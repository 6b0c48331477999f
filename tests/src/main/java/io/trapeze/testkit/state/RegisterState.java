// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.state;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.operand.KReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.PreservedVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Every register a program can hold a value in, as bytes: a value of its own, or a view of what a
 * {@linkplain io.trapeze.testkit.capsule.Probe probe} loads before a run and stores after it. It can be changed;
 * {@link #copy()} is for whoever keeps one.
 *
 * @param bytes of {@link #BYTES}
 */
public record RegisterState(ByteBuffer bytes) {
    public static final int FLAGS = 128;
    public static final int MXCSR = 136;
    public static final int X87 = 140;
    public static final int MASKS = 144;
    /** What FNSAVE stores: environment (28 bytes) and eight registers. */
    public static final int X87_STATE = 208;

    public static final int VECTORS = 320;
    /** The bases of FS and GS, which no run changes before it begins: what they were is noted, so that it can be compared. */
    public static final int BASES = VECTORS + 32 * 64;

    public static final int BYTES = BASES + 64;

    public static final long TRAP = 1 << 8;
    public static final long DIRECTION = 1 << 10;
    public static final long ALIGNMENT_CHECK = 1 << 18;
    /** What a program can set of the flags and this test compares: CF PF AF ZF SF DF OF, AC, ID. */
    public static final long FLAGS_IN_USE = 0x24_0CD5;
    /** The control bits of MXCSR: all but the six sticky ones. */
    public static final int MXCSR_CONTROL = 0xFFC0;

    private static final Part STACK_POINTER = Part.of(rsp);

    /** How many registers {@link #toString} tells of. */
    private static final int SHOWN = 6;

    /** The bits of MXCSR and of the x87 control word that keep exceptions from being raised. */
    private static final int MXCSR_MASKS = 0x1F80;

    private static final int X87_MASKS = 0x3F;

    /** Takes the bytes in the processor's order. */
    public RegisterState {
        bytes = bytes.slice(0, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns a new one in which everything is zero or, if it controls anything, what it is when a program starts. */
    public static RegisterState quiet() {
        RegisterState state = new RegisterState(ByteBuffer.allocate(BYTES));
        List.of(Part.FLAGS, Part.MXCSR, Part.X87_CONTROL, Part.X87_TAGS).forEach(state::quieten);
        return state;
    }

    /** Returns another one with the same values. */
    public RegisterState copy() {
        RegisterState copy = new RegisterState(ByteBuffer.allocate(BYTES));
        copy.set(this);
        return copy;
    }

    /** Takes all values of another one. */
    public void set(RegisterState other) {
        bytes.put(0, other.bytes, 0, BYTES);
    }

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
        return bytes.getLong(general(register));
    }

    public void set(Reg64 register, long value) {
        bytes.putLong(general(register), value);
    }

    public byte[] vector(int number, int bytes) {
        return bytes(vector(number), bytes);
    }

    public byte[] get(PreservedVector vector) {
        return vector(vector.number(), vector.bytes());
    }

    public long get(KReg mask) {
        return bytes.getLong(mask(mask.number()));
    }

    public long flags() {
        return bytes.getLong(FLAGS) & FLAGS_IN_USE;
    }

    public void setFlags(long flags) {
        bytes.putLong(FLAGS, flags & (FLAGS_IN_USE | TRAP) | 2);
    }

    public int mxcsr() {
        return bytes.getInt(MXCSR);
    }

    public int x87() {
        return bytes.getInt(X87) & 0xFFFF;
    }

    /** Sets MXCSR: 16 bits. */
    public void setMxcsr(int value) {
        bytes.putInt(MXCSR, value & 0xFFFF);
    }

    /** Sets the x87 control word. */
    public void setX87(int controlWord) {
        bytes.putInt(X87, controlWord);
        bytes.putInt(X87_STATE, 0xFFFF_0000 | controlWord);
    }

    /** Sets the x87 status word. */
    public void setX87Status(int statusWord) {
        bytes.putInt(X87_STATE + 4, statusWord);
    }

    /** Lets no exception of SSE or x87 be raised: as it is when a program starts. */
    public void maskExceptions() {
        setMxcsr(mxcsr() | MXCSR_MASKS);
        setX87(x87() | X87_MASKS);
    }

    /** Marks all x87 registers as in use. */
    public void fillX87() {
        bytes.putInt(X87_STATE + 8, 0);
    }

    /** Whether all x87 registers are free. */
    public boolean x87IsEmpty() {
        return (bytes.getInt(X87_STATE + 8) & 0xFFFF) == 0xFFFF;
    }

    /** Makes all bytes the same. */
    public void fill(int value) {
        byte[] all = new byte[BYTES];
        Arrays.fill(all, (byte) value);
        bytes.put(0, all);
    }

    /** Whether FNINIT or FNSAVE was the last to change the x87 registers. */
    public boolean x87IsFresh() {
        return x87() == 0x37F && (bytes.getInt(X87_STATE + 4) & 0xFFFF) == 0 && x87IsEmpty();
    }

    private byte[] bytes(int from, int count) {
        byte[] found = new byte[count];
        bytes.get(from, found);
        return found;
    }

    /** Gives each byte a value at random, without regard to what the processor would say of it. */
    public void fill(RandomGenerator random) {
        byte[] all = new byte[BYTES];
        random.nextBytes(all);
        bytes.put(0, all);
    }

    /** Takes those bits of another one that are ones in {@code mask}. */
    public void take(RegisterState other, RegisterState mask) {
        for (int at = 0; at < BYTES; at += 8) {
            long mine = bytes.getLong(at);
            bytes.putLong(at, mine ^ (mine ^ other.bytes.getLong(at)) & mask.bytes.getLong(at));
        }
        setX87(x87());
    }

    /** Takes a part of another one. */
    public void set(Part part, RegisterState other) {
        bytes.put(part.offset(), other.bytes, part.offset(), part.bytes());
        if (part.equals(Part.X87_CONTROL)) {
            setX87(other.x87());
        }
    }

    /** Sets a part from its lowest byte on; of the value as much as the part has bytes. */
    public void set(Part part, byte[] value) {
        bytes.put(part.offset(), value, 0, Math.min(part.bytes(), value.length));
    }

    /** Returns the parts that are not {@linkplain #quieten quiet}; RSP, which always points somewhere, is not among them. */
    public List<Part> live() {
        RegisterState quiet = quiet();
        return Part.all(SaveSet.AVX512_X87).stream()
                .filter(part -> !part.equals(STACK_POINTER) && !get(part).equals(quiet.get(part)))
                .toList();
    }

    /** A part's value as hexadecimal digits, most significant first. */
    public String get(Part part) {
        byte[] bytes = bytes(part.offset(), part.bytes());
        StringBuilder digits = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            int kept = i < 8 ? (int) (part.mask() >> 8 * i) & 0xFF : 0xFF;
            digits.append(HexFormat.of().toHexDigits((byte) (bytes[i] & kept)));
        }
        return digits.toString();
    }

    /** Makes a part zero or, if it controls anything, what it is when a program starts. */
    public void quieten(Part part) {
        bytes.put(part.offset(), new byte[part.bytes()]);
        switch (part.name()) {
            case "rflags" -> setFlags(0);
            case "mxcsr" -> bytes.putInt(MXCSR, 0x1F80);
            case "x87 control word" -> setX87(0x37F);
            case "x87 tag word" -> bytes.putInt(X87_STATE + 8, 0xFFFF_FFFF);
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

    /** Tells of the registers that are not quiet: {@code all quiet but r12=0000000000000001}. */
    @Override
    public String toString() {
        List<Part> live = live();
        if (live.isEmpty()) {
            return "all registers quiet";
        }
        StringBuilder text = new StringBuilder("all quiet but");
        live.stream()
                .limit(SHOWN)
                .forEach(
                        part -> text.append(' ').append(part.name()).append('=').append(get(part)));
        return live.size() <= SHOWN
                ? text.toString()
                : text.append(" and ")
                        .append(live.size() - SHOWN)
                        .append(" more")
                        .toString();
    }
}
