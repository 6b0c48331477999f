// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * What the process does when a signal arrives: a value that can be installed, kept, and installed again to restore it.
 *
 * @param handler address of the handler, or {@link #DEFAULT} or {@link #IGNORE}
 * @param flags {@code SA_…} bits of {@code sigaction(2)}
 * @param blocked signals held back while the handler runs, bit {@code n - 1} for signal {@code n}
 */
public record SignalAction(long handler, int flags, long blocked) {

    /** {@code SIG_DFL}: the kernel's own action. */
    public static final long DEFAULT = 0;

    /** {@code SIG_IGN}: nothing happens. */
    public static final long IGNORE = 1;

    /** {@code SA_SIGINFO}: the handler takes (signal, siginfo, ucontext). */
    public static final int SIGINFO = 0x4;

    /** {@code SA_ONSTACK}: the handler runs on the thread's alternate stack, where it has one. */
    public static final int ON_STACK = 0x0800_0000;

    /** {@code SA_RESTART}: interrupted system calls start again, where they can. */
    public static final int RESTART = 0x1000_0000;

    /** {@code SA_NODEFER}: the signal itself is not held back while its handler runs. */
    public static final int NO_DEFER = 0x4000_0000;

    /** The action of a handler written as machine code: three arguments, alternate stack, restarted calls. */
    public static SignalAction handledAt(long handler) {
        return new SignalAction(handler, SIGINFO | ON_STACK | RESTART, 0);
    }

    /** Whether {@link #handler()} is the address of a handler, which a chain could call. */
    public boolean hasHandler() {
        return handler != DEFAULT && handler != IGNORE;
    }
}
