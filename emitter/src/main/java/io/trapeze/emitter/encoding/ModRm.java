// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.encoding;

/** The ModRM byte (SDM vol. 2, section 2.1.3). */
public final class ModRm {
    /** {@code mod} of a register operand. */
    public static final int REGISTER = 3;
    /** {@code mod} of memory without displacement. */
    public static final int MEMORY = 0;
    /** {@code mod} of memory with an 8-bit displacement. */
    public static final int MEMORY_DISP8 = 1;
    /** {@code mod} of memory with a 32-bit displacement. */
    public static final int MEMORY_DISP32 = 2;
    /** {@code rm} that says a SIB byte follows; also the number of rsp and r12, which therefore need one. */
    public static final int SIB_FOLLOWS = 4;
    /** {@code rm} that with {@code mod} 0 means rip-relative; also the number of rbp and r13, which need a displacement. */
    public static final int RIP_RELATIVE = 5;

    private ModRm() {}
}
