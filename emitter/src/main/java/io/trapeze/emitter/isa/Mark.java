// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.util.Locale;

/** What an EVEX form allows beside an operand, in the manual's notation. */
public enum Mark {
    /** A write mask, by which elements are left as they are. */
    K,
    /** Masked-out elements may become 0. */
    Z,
    /** Rounding by the instruction, with exceptions suppressed. */
    ER,
    /** Exceptions suppressed. */
    SAE;

    @Override
    public String toString() {
        return "{" + name().toLowerCase(Locale.ROOT) + "}";
    }
}
