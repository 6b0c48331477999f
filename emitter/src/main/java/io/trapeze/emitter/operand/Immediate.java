// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/**
 * A constant in the instruction stream.
 *
 * <p>Its text is a signed number. How many bits it has, and whether they count as signed, only the instruction knows: that
 * is in the text of an instruction.
 *
 * @param value the value
 */
public record Immediate(long value) implements Operand {
    @Override
    public String toString() {
        return (value < 0 ? "-0x" : "0x") + Long.toHexString(Math.abs(value));
    }
}
