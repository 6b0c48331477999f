// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/**
 * A constant in the instruction stream.
 *
 * @param value the value, sign-extended to 64 bits
 */
public record Immediate(long value) implements Operand {
    @Override
    public String toString() {
        return value < 0 && value > -0x1_0000L ? "-0x" + Long.toHexString(-value) : "0x" + Long.toHexString(value);
    }
}
