// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.abi.ThreadBlock;

/**
 * A thread block for a carrier whose system has none, so that primitives of an ABI that asks for one find its fields: memory of
 * zeros, behind the segment that the system leaves free.
 */
final class LentThreadBlock {
    private static final String SET = "set_thread_block";

    /** Linux system call (arch/x86/entry/syscalls/syscall_64.tbl) and its operation (arch/x86/include/uapi/asm/prctl.h). */
    private static final int SYS_ARCH_PRCTL = 158;

    private static final int ARCH_SET_GS = 0x1001;

    private final OperatingSystem os;
    private final long bytes;
    private final NativeFunction set;

    /**
     * @param scheduler the code that {@link #emitSet} has emitted into
     */
    LentThreadBlock(OperatingSystem os, ThreadBlock block, MappedCode scheduler) {
        this.os = os;
        this.bytes = block.fields().stream()
                        .mapToLong(ThreadBlock.Field::offset)
                        .max()
                        .orElseThrow()
                + 8;
        this.set = scheduler.function(SET);
    }

    /** Whether the goroutines' ABI asks for a thread block that is not the system's own. */
    static boolean isNeeded(Records records) {
        return records.isForeign() && records.abi().threadBlock().isPresent();
    }

    // spotless:off
    /*
     * set_thread_block(address)   by the rules of C; from now on gs leads this thread there
     */
    static void emitSet(Assembler a) {
        a.symbol(SET);
        a.mov(rsi, rdi);
        a.mov(edi, ARCH_SET_GS);
        a.mov(eax, SYS_ARCH_PRCTL);
        a.syscall();
        a.ret();
    }
    // spotless:on

    /** Does work on the calling thread, which has a block meanwhile. */
    void around(Runnable work) {
        try (NativeMemory block = NativeMemory.allocate(os, bytes)) {
            set.call(block.address());
            try {
                work.run();
            } finally {
                set.call(0); // as a thread starts
            }
        }
    }
}
