// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.OptionalInt;

/** The calls of macOS on x86-64 that concern signals. A signal to a thread carries no value there. */
final class MacSignals implements Signals {
    /** {@code MINSIGSTKSZ} of sys/signal.h. */
    private static final long MINSIGSTKSZ = 32768;

    private static final int SS_DISABLE = 4;

    /** {@code struct sigaction}: handler at 0, a mask of 32 bits at 8, flags at 12. */
    private static final int ACTION_BYTES = 16;

    private static final int ACTION_MASK = 8;
    private static final int ACTION_FLAGS = 12;

    /** {@code stack_t}: ss_sp at 0, ss_size at 8, ss_flags at 16. */
    private static final int STACK_BYTES = 24;

    private static final int STACK_SIZE = 8;
    private static final int STACK_FLAGS = 16;

    /** Flags of {@link SignalAction}, and what macOS has for each. */
    private static final int[][] FLAGS = {
        {SignalAction.ON_STACK, 0x1},
        {SignalAction.RESTART, 0x2},
        {SignalAction.NO_DEFER, 0x10},
        {SignalAction.SIGINFO, 0x40}
    };

    /**
     * {@code uc_mcontext} is a pointer, at 48 of {@code ucontext_t}; in what it points to, 16 bytes of exception state come first,
     * then the registers from rax on: rsp is the 8th, rip the 17th.
     */
    private static final SignalFrame FRAME =
            new SignalFrame(16, OptionalInt.empty(), OptionalInt.of(48), 16 + 7 * 8, 16 + 16 * 8);

    private final UnixCalls c;

    MacSignals(UnixCalls c) {
        this.c = c;
    }

    @Override
    public SignalAction signalAction(int signal) {
        return sigaction(signal, Pointer.NULL);
    }

    @Override
    public SignalAction installSignalAction(int signal, SignalAction action) {
        Memory wanted = UnixCalls.structure(ACTION_BYTES);
        wanted.setLong(0, action.handler());
        wanted.setInt(ACTION_MASK, (int) action.blocked());
        wanted.setInt(ACTION_FLAGS, translate(action.flags(), 0, 1));
        return sigaction(signal, wanted);
    }

    private SignalAction sigaction(int signal, Pointer wanted) {
        Memory old = UnixCalls.structure(ACTION_BYTES);
        if (c.callInt("sigaction", signal, wanted, old) != 0) {
            throw MacOs.failure(
                    "sigaction",
                    "signal " + signal,
                    c.errno(),
                    "Signals run from 1 to 31; 9 (SIGKILL) and 17 (SIGSTOP) take no handler.");
        }
        return new SignalAction(
                old.getLong(0), translate(old.getInt(ACTION_FLAGS), 1, 0), old.getInt(ACTION_MASK) & 0xFFFF_FFFFL);
    }

    private static int translate(int flags, int from, int to) {
        int translated = 0;
        for (int[] flag : FLAGS) {
            if ((flags & flag[from]) != 0) {
                translated |= flag[to];
            }
        }
        return translated;
    }

    @Override
    public long minimumSignalStack() {
        return MINSIGSTKSZ;
    }

    @Override
    public SignalStack installSignalStack(SignalStack stack) {
        Memory wanted = UnixCalls.structure(STACK_BYTES);
        wanted.setLong(0, stack.address());
        wanted.setLong(STACK_SIZE, stack.size());
        wanted.setInt(STACK_FLAGS, stack.isPresent() ? 0 : SS_DISABLE);
        Memory old = UnixCalls.structure(STACK_BYTES);
        if (c.callInt("sigaltstack", wanted, old) != 0) {
            throw MacOs.failure(
                    "sigaltstack",
                    "0x" + Long.toHexString(stack.address()) + ", " + stack.size() + " bytes",
                    c.errno(),
                    "It needs at least " + MINSIGSTKSZ + " bytes, and can't change while a handler runs on it.");
        }
        return (old.getInt(STACK_FLAGS) & SS_DISABLE) != 0
                ? SignalStack.NONE
                : new SignalStack(old.getLong(0), old.getLong(STACK_SIZE));
    }

    /** Its {@code pthread_t}, which the thread also finds at the {@link ThreadCalls#pointer()}. */
    @Override
    public long signalTarget() {
        return c.call("pthread_self");
    }

    @Override
    public void signalThread(long target, int signal, long value) {
        int error = c.callInt("pthread_kill", target, signal);
        if (error != 0) {
            throw MacOs.failure(
                    "pthread_kill",
                    "thread 0x" + Long.toHexString(target) + ", signal " + signal,
                    error,
                    "ESRCH: the thread has ended.");
        }
    }

    @Override
    public SignalFrame signalFrame() {
        return FRAME;
    }
}
