// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/** The SIB byte (SDM vol. 2, table 2-3). */
public final class Sib {
    /** {@code index} that means "no index": the number of rsp. */
    public static final int NO_INDEX = 4;
    /** {@code base} that with {@code mod} 0 means "no base, 32-bit displacement": the number of rbp. */
    public static final int NO_BASE = 5;

    private Sib() {}
}
