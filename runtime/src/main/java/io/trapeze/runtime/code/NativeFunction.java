// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import com.sun.jna.Function;
import com.sun.jna.Pointer;

/**
 * A function of machine code, by address, that Java can call.
 *
 * <p>{@code call} passes up to six integer or pointer arguments by the rules of C and returns what the function left in the
 * result register; a call costs a few nanoseconds more than the function itself. {@link #jna()} reaches everything else
 * (floating point, strings, structures, more arguments), for a few hundred.
 *
 * <p>Whether code still stands at the address is for the caller to know; the Java VM does not survive a call of memory that was
 * unmapped. A function that returns by the rules of C may be called from any thread.
 */
public final class NativeFunction {

    private final long address;

    private NativeFunction(long address) {
        this.address = address;
    }

    /**
     * The function at an address.
     *
     * @throws IllegalArgumentException if the address is 0
     */
    public static NativeFunction at(long address) {
        if (address == 0) {
            throw new IllegalArgumentException("no function at address 0: map its code first, or look its symbol up");
        }
        NativeEntries.requireBound();
        return new NativeFunction(address);
    }

    /** Where it is; never 0. */
    public long address() {
        return address;
    }

    /** The same function as JNA sees it. */
    public Function jna() {
        return Function.getFunction(new Pointer(address));
    }

    /** Calls it without arguments. */
    public long call() {
        return NativeEntries.call0(address);
    }

    /** Calls it with one argument. */
    public long call(long a0) {
        return NativeEntries.call1(address, a0);
    }

    /** Calls it with two arguments. */
    public long call(long a0, long a1) {
        return NativeEntries.call2(address, a0, a1);
    }

    /** Calls it with three arguments. */
    public long call(long a0, long a1, long a2) {
        return NativeEntries.call3(address, a0, a1, a2);
    }

    /** Calls it with four arguments. */
    public long call(long a0, long a1, long a2, long a3) {
        return NativeEntries.call4(address, a0, a1, a2, a3);
    }

    /** Calls it with five arguments. */
    public long call(long a0, long a1, long a2, long a3, long a4) {
        return NativeEntries.call5(address, a0, a1, a2, a3, a4);
    }

    /** Calls it with six arguments. */
    public long call(long a0, long a1, long a2, long a3, long a4, long a5) {
        return NativeEntries.call6(address, a0, a1, a2, a3, a4, a5);
    }

    /**
     * Calls it with the calling thread's {@code JNIEnv *} as first argument and {@code argument} as second: for machine code
     * that calls Java in its turn. The environment is good for this call and this thread only.
     */
    public long enter(long argument) {
        return NativeEntries.enter(address, argument);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NativeFunction function && function.address == address;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(address);
    }

    @Override
    public String toString() {
        return "NativeFunction[0x" + Long.toHexString(address) + "]";
    }
}
