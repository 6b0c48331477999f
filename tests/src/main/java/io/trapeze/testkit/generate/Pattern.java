// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.generate;

import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import java.nio.ByteBuffer;

/** What a register is filled with: bits at random, or bits that some instruction has an opinion about. */
public enum Pattern {
    /** Whatever is there already: bits at random. */
    RANDOM(0, 0, 0),
    /** {@linkplain #marker Markers}: who finds one knows where it comes from. */
    MARKER(0, 0, 0),
    /** Nothing. */
    ZERO(0, 0, 0),
    /** Every bit set. */
    ONES(-1, -1, 0xFFFF),
    /** Every other bit set. */
    ALTERNATING(0x5555_5555_AAAA_AAAAL, 0xAAAA_AAAA_5555_5555L, 0x2AAA),
    /** The sign alone: the least integer, and minus zero. */
    SIGN(0x8000_0000_8000_0000L, 0, 0x8000),
    /** One, as an integer. */
    ONE(1, 1, 0),
    /** No number, as calculations leave it. */
    QUIET_NAN(0x7FF8_0000_7FC0_0000L, 0xC000_0000_0000_0000L, 0x7FFF),
    /** No number, and who calculates with it is told. A load or a store that goes through x87 makes it quiet. */
    SIGNALLING_NAN(0x7FF0_0000_7F80_0001L, 0x8000_0000_0000_0001L, 0x7FFF),
    /** Numbers so small that they are zero where MXCSR has them so. */
    DENORMAL(0x0000_0001_0000_0001L, 1, 0),
    /** Infinity. */
    INFINITY(0x7FF0_0000_0000_0000L, 0x8000_0000_0000_0000L, 0x7FFF);

    private static final int GENERAL = 0xA;
    private static final int MASK = 0xB;
    private static final int VECTOR = 0xC;
    private static final int X87 = 0xD;
    private static final int X87_BYTES = 10;

    private final long quadword;
    private final long significand;
    private final int exponent;

    Pattern(long quadword, long significand, int exponent) {
        this.quadword = quadword;
        this.significand = significand;
        this.exponent = exponent;
    }

    /**
     * Returns what stands in 32 bits of a register by {@link #MARKER}, to be read in hexadecimal: for element 3 of vector 12,
     * {@code c12e03} and two digits that are the same in the whole state. The kinds are {@code a} for general registers,
     * {@code b} for masks, {@code c} for vectors, {@code d} for x87 registers.
     *
     * @param tag two digits that tell one state from another
     */
    public static int marker(int kind, int register, int element, int tag) {
        return kind << 28 | decimal(register) << 20 | 0xE << 16 | decimal(element) << 8 | tag & 0xFF;
    }

    private static int decimal(int number) {
        return number / 10 << 4 | number % 10;
    }

    /** Fills a register, a general, vector, mask or x87 one. */
    void fill(RegisterState state, Part part, int tag) {
        if (this == RANDOM) {
            return;
        }
        ByteBuffer bytes = state.bytes();
        int end = part.offset() + part.bytes();
        if (part.bytes() == X87_BYTES && this != MARKER) {
            bytes.putLong(part.offset(), significand);
            bytes.putShort(end - 2, (short) exponent);
            return;
        }
        for (int at = part.offset(), element = 0; at < end; at += 4, element++) {
            int half = this == MARKER ? mark(part, element, tag) : (int) (quadword >>> 32 * (element & 1));
            if (at + 4 <= end) {
                bytes.putInt(at, half);
            } else {
                bytes.putShort(at, (short) half);
            }
        }
    }

    private static int mark(Part part, int element, int tag) {
        int at = part.offset();
        return at >= RegisterState.VECTORS
                ? marker(VECTOR, (at - RegisterState.VECTORS) / 64, element, tag)
                : at >= RegisterState.X87_STATE
                        ? marker(X87, Integer.parseInt(part.name().substring(2)), element, tag)
                        : at >= RegisterState.MASKS
                                ? marker(MASK, (at - RegisterState.MASKS) / 8, element, tag)
                                : marker(GENERAL, at / 8, element, tag);
    }
}
