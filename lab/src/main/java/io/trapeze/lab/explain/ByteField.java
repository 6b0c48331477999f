// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import java.util.List;

/**
 * One field of an instruction's bytes.
 *
 * @param name what the manual calls it: {@code prefix}, {@code REX}, {@code VEX}, {@code EVEX}, {@code opcode}, {@code ModRM},
 *     {@code SIB}, {@code disp8}, {@code disp32}, {@code imm8} …, {@code rel32}
 * @param bytes in hexadecimal
 * @param bits its bits from the highest down, where they mean different things; all of its bytes then, or none
 * @param meaning what it says as a whole
 */
public record ByteField(String name, String bytes, List<Bits> bits, String meaning) {
    /**
     * Some bits of a field.
     *
     * @param name what the manual calls them; empty for those that are fixed
     * @param value as they stand there, in binary
     * @param meaning what they say; may be empty
     */
    public record Bits(String name, String value, String meaning) {}

    /** Copies the list. */
    public ByteField {
        bits = List.copyOf(bits);
    }
}
