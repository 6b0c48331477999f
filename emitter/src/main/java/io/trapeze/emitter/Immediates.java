// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.OperandKind;

/** Which immediates fit which forms. */
final class Immediates {
    private Immediates() {}

    /** Whether the processor gets {@code value} back when it sign-extends its low byte. */
    static boolean isByte(long value) {
        return value == (byte) value;
    }

    /** Whether the processor gets {@code value} back when it sign-extends its low byte to 16 bits. */
    static boolean isByte16(int value) {
        return isByte(narrowed(value, 16));
    }

    /** Whether the processor gets {@code value} back when it sign-extends its low 32 bits. */
    static boolean isInt(long value) {
        return value == (int) value;
    }

    /** Returns {@code value} as a signed number of {@code bits}: 0xFFFF and −1 are the same 16 bits. */
    static long narrowed(long value, int bits) {
        boolean unsignedOfThatSize = bits < 64 && value > 0 && value >>> bits == 0;
        return unsignedOfThatSize ? value << 64 - bits >> 64 - bits : value;
    }

    /** Whether an immediate of {@code kind} can stand for {@code value} in an operation of {@code bits}. */
    static boolean fits(OperandKind kind, long value, int bits) {
        return switch (kind) {
            case ONE -> value == 1;
            case SIMM8 -> isByte(narrowed(value, bits));
            case SIMM32 -> isInt(value);
            case IMM64 -> true;
            default -> {
                int size = kind.immediateBytes() * 8;
                yield value >= -1L << (size - 1) && value <= (1L << size) - 1;
            }
        };
    }
}
