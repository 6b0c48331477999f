// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.state;

import java.math.BigInteger;

/**
 * A part of the state that is not what a rule says it must be.
 *
 * @param where at what moment: {@code after mcall and gogo}
 * @param register what differs, by its name: {@code r12}, {@code mxcsr}, {@code the goroutine's stack}
 * @param expected the value that the rule asks for; of registers in hexadecimal digits, most significant first
 * @param found the value that was there
 * @param rule the rule, by the path of the description's field where it follows from one: {@code preserved.general: r12}
 */
public record Difference(String where, String register, String expected, String found, String rule) {
    /** Returns which bits differ, {@code bits 0 to 63}; nothing where the values are no numbers. */
    public String bits() {
        try {
            BigInteger bits = new BigInteger(expected, 16).xor(new BigInteger(found, 16));
            int low = bits.getLowestSetBit();
            int high = bits.bitLength() - 1;
            return low < 0 ? "" : low == high ? "bit " + low : "bits " + low + " to " + high;
        } catch (NumberFormatException notANumber) {
            return "";
        }
    }

    /** Returns the same, said of a moment within a step. */
    public Difference during(String step) {
        return new Difference(step + ": " + where, register, expected, found, rule);
    }

    @Override
    public String toString() {
        return where + ", " + register + ": expected " + expected + ", found " + found
                + (bits().isEmpty() ? "" : " (" + bits() + ")") + "; " + rule;
    }
}
