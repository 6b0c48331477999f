// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * The alternate stack of one thread, on which its {@link SignalAction#ON_STACK} handlers run.
 *
 * @param address lowest address; 0 when {@code size} is 0
 * @param size bytes; 0 means that the thread has no alternate stack
 */
public record SignalStack(long address, long size) {

    /** No alternate stack: the state in which HotSpot starts its threads. */
    public static final SignalStack NONE = new SignalStack(0, 0);

    /** Whether there is a stack at all. */
    public boolean isPresent() {
        return size != 0;
    }
}
