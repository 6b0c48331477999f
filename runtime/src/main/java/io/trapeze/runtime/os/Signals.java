// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/** The signals of a Unix: for preemption, and for whoever else wants to handle one with machine code. */
public non-sealed interface Signals extends Interrupts {

    /** What the process does at present when {@code signal} arrives. */
    SignalAction signalAction(int signal);

    /**
     * Installs an action for the whole process.
     *
     * @return the action that was there before: to restore it, or to pass signals on to it
     */
    SignalAction installSignalAction(int signal, SignalAction action);

    /** The smallest alternate stack that the kernel accepts; grows with the vector registers of the processor. */
    long minimumSignalStack();

    /**
     * Sets the alternate signal stack of the calling thread. The kernel knows it per OS thread: the caller must be a platform
     * thread, and set {@link SignalStack#NONE} before the memory goes or the thread ends.
     *
     * @return the one it had
     */
    SignalStack installSignalStack(SignalStack stack);

    /** What {@link #signalThread} takes for the calling thread. */
    long signalTarget();

    /**
     * Sends a signal to one thread of this process. A standard signal that is still pending swallows the next.
     *
     * @param target from {@link #signalTarget}, in that thread; it must not have ended
     * @param value what its handler finds in {@code si_value}, where the system {@linkplain SignalFrame#value carries one}
     * @throws HostException if the thread has ended and the system can tell, or too many signals are queued
     */
    void signalThread(long target, int signal, long value);

    /** Where a handler finds what was interrupted. */
    SignalFrame signalFrame();
}
