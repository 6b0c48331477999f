// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;
import java.util.OptionalInt;

/** The calls of Linux on x86-64 that concern signals. */
final class LinuxSignals implements Signals {

    private static final long SYS_RT_TGSIGQUEUEINFO = 297;

    private static final long AT_MINSIGSTKSZ = 51;
    /** {@code MINSIGSTKSZ} of the headers: what a kernel without {@code AT_MINSIGSTKSZ} asks for. */
    private static final long LEGACY_MINSIGSTKSZ = 2048;

    private static final int SS_DISABLE = 2;
    private static final int SI_QUEUE = -1;

    /**
     * {@code si_value} is at 24 of {@code siginfo_t}; {@code uc_mcontext.gregs} begins at 40 of {@code ucontext_t}, RSP is its
     * 16th, RIP its 17th.
     */
    private static final SignalFrame FRAME =
            new SignalFrame(23, OptionalInt.of(24), OptionalInt.empty(), 40 + 15 * 8, 40 + 16 * 8);

    private final LibC c;
    private final Linux os;

    LinuxSignals(LibC c, Linux os) {
        this.c = c;
        this.os = os;
    }

    @Override
    public SignalAction signalAction(int signal) {
        Memory old = SigactionLayout.empty();
        sigaction(signal, null, old);
        return SigactionLayout.read(old);
    }

    @Override
    public SignalAction installSignalAction(int signal, SignalAction action) {
        Memory old = SigactionLayout.empty();
        sigaction(signal, SigactionLayout.of(action), old);
        return SigactionLayout.read(old);
    }

    private void sigaction(int signal, Memory action, Memory old) {
        if (c.callInt("sigaction", signal, action, old) != 0) {
            throw c.failure(
                    "sigaction",
                    "signal " + signal,
                    "Signals run from 1 to 64; 9 (SIGKILL), 19 (SIGSTOP), 32 and 33 take no handler.");
        }
    }

    @Override
    public long minimumSignalStack() {
        return Math.max(LEGACY_MINSIGSTKSZ, c.call("getauxval", AT_MINSIGSTKSZ));
    }

    @Override
    public SignalStack installSignalStack(SignalStack stack) {
        Memory wanted = UnixCalls.structure(24); // stack_t: ss_sp 0, ss_flags 8, ss_size 16
        wanted.setLong(0, stack.address());
        wanted.setInt(8, stack.isPresent() ? 0 : SS_DISABLE);
        wanted.setLong(16, stack.size());
        Memory old = UnixCalls.structure(24);
        if (c.callInt("sigaltstack", wanted, old) != 0) {
            throw c.failure(
                    "sigaltstack",
                    "0x" + Long.toHexString(stack.address()) + ", " + stack.size() + " bytes",
                    "It needs at least " + minimumSignalStack()
                            + " bytes, and can't change while a handler runs on it.");
        }
        return (old.getInt(8) & SS_DISABLE) != 0 ? SignalStack.NONE : new SignalStack(old.getLong(0), old.getLong(16));
    }

    @Override
    public long signalTarget() {
        return os.currentThread();
    }

    @Override
    public void signalThread(long thread, int signal, long value) {
        int process = os.currentProcess();
        Memory info = UnixCalls.structure(128); // siginfo_t: signo 0, errno 4, code 8, pid 16, uid 20, value 24
        info.setInt(0, signal);
        info.setInt(8, SI_QUEUE);
        info.setInt(16, process);
        info.setInt(20, c.callInt("getuid"));
        info.setLong(24, value);
        if (c.call("syscall", SYS_RT_TGSIGQUEUEINFO, (long) process, thread, (long) signal, info) != 0) {
            throw c.failure(
                    "rt_tgsigqueueinfo",
                    "thread " + thread + ", signal " + signal,
                    "ESRCH: the thread has ended. EAGAIN: too many signals are queued (`ulimit -i`).");
        }
    }

    @Override
    public SignalFrame signalFrame() {
        return FRAME;
    }
}
