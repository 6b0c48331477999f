// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import java.util.Map;
import java.util.Optional;

/**
 * What is said of one instruction beside its operands: LOCK, a segment, a write mask, rounding.
 *
 * <p>The low byte has the bits where the EVEX prefix has them (SDM vol. 2, section 2.7.1), so that the encoder keeps all of
 * it in one number.
 *
 * <pre>
 *  bits 0–2  mask register; 0 for none      7  zeroing, not merging
 *       4    rounding or {sae} follows      8  LOCK
 *       5–6  rounding mode                  9  {sae} without rounding
 *                                           10–11  FS, GS
 * </pre>
 *
 * @param bits as above
 */
public record Decoration(int bits) {
    /** Nothing. */
    public static final Decoration NONE = new Decoration(0);

    /** The bits of the mask register. */
    public static final int MASK = 7;
    /** A rounding mode, or exceptions suppressed. */
    public static final int ROUNDING = 1 << 4;
    /** To the nearest, ties to even. */
    public static final int RN_SAE = ROUNDING;
    /** Down. */
    public static final int RD_SAE = ROUNDING | 1 << 5;
    /** Up. */
    public static final int RU_SAE = ROUNDING | 2 << 5;
    /** Towards zero. */
    public static final int RZ_SAE = ROUNDING | 3 << 5;
    /** Masked-out elements become 0. */
    public static final int ZEROING = 1 << 7;
    /** The LOCK prefix. */
    public static final int LOCK = 1 << 8;
    /** Exceptions suppressed and the rounding mode left to MXCSR. */
    public static final int SAE = ROUNDING | 1 << 9;

    /** The bits of the segment. */
    public static final int SEGMENT = 3 << 10;

    /**
     * Makes one.
     *
     * @throws IllegalArgumentException if a bit means nothing, by itself or beside the others
     */
    public Decoration {
        int rounding = bits & (RZ_SAE | SAE);
        boolean known = rounding == 0 || NAMES.containsValue(rounding);
        if ((bits & ~0xFF7) != 0 || !known || (bits & SEGMENT) == SEGMENT) {
            throw new IllegalArgumentException("0x%x says nothing: combine this type's constants".formatted(bits));
        }
    }

    private static final Map<String, Integer> NAMES =
            Map.of("z", ZEROING, "rn-sae", RN_SAE, "rd-sae", RD_SAE, "ru-sae", RU_SAE, "rz-sae", RZ_SAE, "sae", SAE);

    /** Finds what assemblers write between braces: {@code k1} to {@code k7}, {@code z}, {@code rn-sae} …, {@code sae}. */
    public static Optional<Decoration> named(String name) {
        Integer bits = name.matches("k[1-7]") ? (Integer) (name.charAt(1) - '0') : NAMES.get(name);
        return Optional.ofNullable(bits).map(Decoration::new);
    }

    /** Returns both together. */
    public Decoration and(Decoration other) {
        return new Decoration(bits | other.bits);
    }

    /** Whether the {@link #bits} of two say the same sort of thing, so that they cannot stand together. */
    public static boolean contradict(int one, int other) {
        boolean masks = (one & MASK) != 0 && (other & MASK) != 0;
        boolean segments = (one & SEGMENT) != 0 && (other & SEGMENT) != 0;
        return masks || segments || (one & other & (ZEROING | ROUNDING | LOCK)) != 0;
    }

    /** Whether there is a LOCK prefix. */
    public boolean lock() {
        return (bits & LOCK) != 0;
    }

    /** Returns the prefix of a segment, for memory that is no operand. */
    public static Decoration in(Segment segment) {
        return new Decoration(segment.ordinal() << 10);
    }

    /** Returns the segment of memory that is no operand. */
    public Segment segment() {
        return (bits & 1 << 10) != 0 ? Segment.FS : (bits & SEGMENT) != 0 ? Segment.GS : Segment.NONE;
    }

    /** Returns what stands before the instruction in text, for example {@code "lock "}; empty if nothing does. */
    public String prefix() {
        return segment().text().replace(':', ' ') + (lock() ? "lock " : "");
    }

    /** Returns the mask as text, for example <code>{k1}{z}</code>; empty if there is none. */
    public String mask() {
        return ((bits & MASK) == 0 ? "" : "{k" + (bits & MASK) + "}") + ((bits & ZEROING) == 0 ? "" : "{z}");
    }

    /** Whether there is a rounding mode or {@code {sae}}. */
    public boolean rounds() {
        return (bits & ROUNDING) != 0;
    }

    /** Returns the rounding as text, for example <code>{rn-sae}</code>; empty if there is none. */
    public String rounding() {
        return NAMES.entrySet().stream()
                .filter(e -> e.getValue() != ZEROING && e.getValue() == (bits & (SAE | RZ_SAE)))
                .map(e -> "{" + e.getKey() + "}")
                .findFirst()
                .orElse("");
    }

    @Override
    public String toString() {
        return prefix() + mask() + rounding();
    }
}
