// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Memory;

/**
 * {@code struct sigaction} as glibc and musl lay it out on x86-64: handler at 0, a mask of 128 bytes at 8, flags at 136,
 * restorer at 144. The library fills the restorer in by itself.
 */
final class SigactionLayout {

    private static final int HANDLER = 0;
    private static final int MASK = 8;
    private static final int FLAGS = 136;
    private static final int BYTES = 152;

    /** {@code SA_RESTORER}: an affair of the C library, kept out of what callers see. */
    private static final int RESTORER = 0x0400_0000;

    private SigactionLayout() {}

    static Memory empty() {
        return UnixCalls.structure(BYTES);
    }

    static Memory of(SignalAction action) {
        Memory memory = empty();
        memory.setLong(HANDLER, action.handler());
        memory.setLong(MASK, action.blocked());
        memory.setInt(FLAGS, action.flags());
        return memory;
    }

    static SignalAction read(Memory memory) {
        return new SignalAction(memory.getLong(HANDLER), memory.getInt(FLAGS) & ~RESTORER, memory.getLong(MASK));
    }
}
