// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * A record of a thread's registers; offsets in bytes.
 *
 * @param bytes its size
 * @param alignment of its address, a power of two
 * @param flags where it says which registers are meant (4 bytes)
 * @param control what it says there for the program counter, the stack pointer and the flags alone
 * @param rsp the thread's RSP
 * @param rip where it goes on
 */
public record ThreadContext(int bytes, int alignment, int flags, int control, int rsp, int rip) {

    /**
     * {@code CONTEXT} of x64 Windows, as winnt.h declares it: six home words, then ContextFlags at 30H; general registers from Rax at
     * 78H to R15, Rip behind them; it ends at 4D0H. It is declared to be aligned to 16 bytes, since it holds an FXSAVE area.
     * {@code CONTEXT_CONTROL} is SegSs, Rsp, SegCs, Rip and EFlags.
     */
    public static final ThreadContext WINDOWS = new ThreadContext(0x4D0, 16, 0x30, 0x0010_0001, 0x98, 0xF8);
}
