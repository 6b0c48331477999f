// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

/** Where a value of the caller's is. */
public sealed interface Rule {
    /** The register still holds it. */
    record Same() implements Rule {
        @Override
        public String toString() {
            return "same";
        }
    }

    /**
     * It lies in memory, {@code offset} bytes above the CFA.
     *
     * @param offset negative in a frame
     */
    record AtCfa(int offset) implements Rule {
        @Override
        public String toString() {
            return "[cfa" + Formula.signed(offset) + "]";
        }
    }

    /**
     * It lies in memory elsewhere.
     *
     * @param address its address
     */
    record At(Formula address) implements Rule {
        @Override
        public String toString() {
            return "[" + address + "]";
        }
    }

    /**
     * It is what a formula gives.
     *
     * @param value the formula
     */
    record Is(Formula value) implements Rule {
        @Override
        public String toString() {
            return value.toString();
        }
    }
}
