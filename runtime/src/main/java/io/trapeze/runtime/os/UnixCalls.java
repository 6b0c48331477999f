// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;

/** The way to the functions of a Unix's C library, which a test can lead elsewhere. */
interface UnixCalls {
    /**
     * Calls {@code name} with integer or pointer arguments.
     *
     * @return what it returned; -1 stands for an error in all the calls used here, and {@link #errno()} then tells which
     */
    long call(String name, Object... arguments);

    /** As {@link #call}, for functions that return a C {@code int}: the upper half of the register means nothing. */
    int callInt(String name, Object... arguments);

    /** The error of this thread's last call. */
    int errno();

    /**
     * The address of a function or variable.
     *
     * @throws UnsatisfiedLinkError if the library has no such symbol
     */
    long symbol(String name);

    /** A zeroed block for a C structure, freed when it becomes unreachable. */
    static Memory structure(long bytes) {
        Memory memory = new Memory(bytes);
        memory.clear();
        return memory;
    }
}
