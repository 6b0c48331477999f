// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

/**
 * A form's encoding packed into a {@code long}: what the encoder needs, without an object.
 *
 * <p>The build computes one for each form and writes it into the typed methods as a constant.
 *
 * <pre>
 *  bits  0–7   opcode             25  66H operand size       36–38  immediate: 0 none, else 1 + log2(bytes)
 *        8–20  form id            26  LOCK is legal          39–46  the constant ModRM byte
 *       21–22  map             27–29  /digit                 47     immediate is sign-extended
 *       23–24  mandatory       30–31  legacy, VEX, EVEX
 *              prefix          32–33  vector length
 *                              34     a constant ModRM byte follows the opcode
 *                              35     W
 *                                                            48–50  log2 of the EVEX disp8 factor
 *                                                            51–53  the same for a broadcast element; 0 for none
 *                                                            54–55  write mask: none, {k}, {k}{z}, {z} for registers only
 *                                                            56–57  rounding: none, {sae}, {er}
 *                                                            58     FS and GS are legal
 *                                                            63     67H address size
 * </pre>
 */
public final class Descriptor {
    /** Value of {@link #prefixing} for legacy encodings. */
    public static final int LEGACY = 0;
    /** Value of {@link #prefixing} for VEX encodings. */
    public static final int VEX = 1;
    /** Value of {@link #prefixing} for EVEX encodings. */
    public static final int EVEX = 2;

    /** The largest form id that fits. */
    static final int LARGEST_ID = 0x1FFF;

    private Descriptor() {}

    /** Packs a form. */
    public static long of(Form form) {
        Encoding e = form.encoding();
        long d = (long) form.id() << 8;
        d |= e.opcode();
        d |= (long) e.map() << 21;
        d |= (long) e.mandatory() << 23;
        d |= e.operandSize16() ? 1L << 25 : 0;
        d |= e.addressSize32() ? 1L << 63 : 0;
        d |= e.w() ? 1L << 35 : 0;
        d |= (long) e.digit().orElse(0) << 27;
        d |= (long) e.prefixing().ordinal() << 30;
        d |= (long) e.length() << 32;
        d |= e.immediateBytes() == 0 ? 0 : (32L - Integer.numberOfLeadingZeros(e.immediateBytes())) << 36;
        d |= form.operands().stream().anyMatch(o -> o.kind().signed()) ? 1L << 47 : 0;
        d |= e.fixedModRm().map(b -> 1L << 34 | (long) b << 39).orElse(0L);
        d |= form.lockable() ? 1L << 26 : 0;
        d |= form.segmentable() ? 1L << 58 : 0;
        d |= (long) Integer.numberOfTrailingZeros(form.displacementUnit()) << 48;
        d |= form.broadcastBits() == 0 ? 0 : (long) Integer.numberOfTrailingZeros(form.broadcastBits() / 8) << 51;
        d |= !form.allows(Mark.K) ? 0 : (form.allows(Mark.Z) ? form.stores() ? 3L : 2 : 1) << 54;
        d |= form.allows(Mark.ER) ? 2L << 56 : form.allows(Mark.SAE) ? 1L << 56 : 0;
        return d;
    }

    /** Returns {@link Form#id()}. */
    public static int id(long d) {
        return (int) d >>> 8 & LARGEST_ID;
    }

    /** Returns the opcode byte. */
    public static int opcode(long d) {
        return (int) d & 0xFF;
    }

    /** Returns the opcode map: 0 one byte, 1 0FH, 2 0F38H, 3 0F3AH. */
    public static int map(long d) {
        return (int) d >>> 21 & 3;
    }

    /** Returns the mandatory prefix: 0 none, 1 66H, 2 F3H, 3 F2H. */
    public static int mandatory(long d) {
        return (int) d >>> 23 & 3;
    }

    /** Returns what the form contributes to {@link io.trapeze.emitter.encoding.OperandBits}: the digit in ModRM.reg, and W. */
    public static int operandBits(long d) {
        return digit(d) << 11 | w(d) << 3;
    }

    /** Returns 0 for the common kind of encoding: opcode map 0 or 0F, at most REX and a mandatory prefix before it. */
    public static int unusual(long d) {
        return (int) d & (3 << 30 | 1 << 25 | 1 << 22);
    }

    /** Whether the 66H operand-size prefix is written. */
    public static boolean operandSize16(long d) {
        return (d & 1L << 25) != 0;
    }

    /** Whether the 67H address-size prefix is written. */
    public static boolean addressSize32(long d) {
        return d < 0;
    }

    /** Returns the W bit, 0 or 1. */
    public static int w(long d) {
        return (int) (d >>> 35) & 1;
    }

    /** Returns the opcode extension for ModRM.reg; 0 where there is none. */
    public static int digit(long d) {
        return (int) (d >>> 27) & 7;
    }

    /** Returns {@link #LEGACY}, {@link #VEX} or {@link #EVEX}. */
    public static int prefixing(long d) {
        return (int) (d >>> 30) & 3;
    }

    /** Returns the vector length: 0 for 128 bits, 1 for 256, 2 for 512. */
    public static int vectorLength(long d) {
        return (int) (d >>> 32) & 3;
    }

    /** Returns the bytes of the immediate: 0, 1, 2, 4 or 8; of two, those of the first. */
    public static int immediateBytes(long d) {
        return (1 << ((int) (d >>> 36) & 7)) >> 1;
    }

    /** Whether the processor sign-extends the immediate. */
    public static boolean immediateSigned(long d) {
        return (d & 1L << 47) != 0;
    }

    /** Returns the smallest value that the immediate can hold; meaningless without one. */
    public static long lowestImmediate(long d) {
        return -1L << 8 * immediateBytes(d) - 1;
    }

    /**
     * Returns the largest value that the immediate can hold: an unsigned one where the processor does not extend it.
     * Meaningless without an immediate.
     */
    public static long highestImmediate(long d) {
        boolean unsigned = !immediateSigned(d) && immediateBytes(d) < 8;
        return unsigned ? (1L << 8 * immediateBytes(d)) - 1 : ~lowestImmediate(d);
    }

    /** Whether the immediate can hold {@code value}; true without one. */
    public static boolean immediateFits(long d, long value) {
        return immediateBytes(d) == 0 || (value >= lowestImmediate(d) && value <= highestImmediate(d));
    }

    /** Whether a constant ModRM byte follows the opcode. */
    public static boolean hasFixedModRm(long d) {
        return (d & 1L << 34) != 0;
    }

    /** Returns the constant ModRM byte. */
    public static int fixedModRm(long d) {
        return (int) (d >>> 39) & 0xFF;
    }

    /** Whether LOCK is legal when an operand is memory. */
    public static boolean lockable(long d) {
        return (d & 1L << 26) != 0;
    }

    /** Whether FS or GS is legal, for memory that is no operand. */
    public static boolean segmentable(long d) {
        return (d & 1L << 58) != 0;
    }

    /** Returns log2 of the factor by which an EVEX disp8 is scaled; {@code broadcast} is 1 for a broadcast element, else 0. */
    public static int disp8Shift(long d, int broadcast) {
        return (int) (d >>> 48 + 3 * broadcast) & 7;
    }

    /** Whether a write mask is legal. */
    public static boolean masked(long d) {
        return (d & 3L << 54) != 0;
    }

    /** Whether a write mask may zero, in memory or a register. */
    public static boolean zeroing(long d, boolean memory) {
        long kind = d >>> 54 & 3;
        return kind == 2 || kind == 3 && !memory;
    }

    /** Whether {@code {sae}} alone is legal between registers. */
    public static boolean suppressing(long d) {
        return (d >>> 56 & 3) == 1;
    }

    /** Whether the instruction may say how it rounds, between registers. */
    public static boolean rounding(long d) {
        return (d >>> 56 & 3) == 2;
    }
}
