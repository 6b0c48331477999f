// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.runtime.stack.StackSlab;

/**
 * The header at the top of each stack's slot as emitted code reads it: from the stack pointer alone it tells which goroutine runs.
 *
 * @param slotSize bytes of a slot of the stack slab, a power of two
 */
record StackHeader(long slotSize) {
    // spotless:off
    /**
     * Emits the reading.
     *
     * @param target receives G; any register but rsp
     */
    void goroutine(Assembler a, Reg64 target) {
        a.mov(target, rsp)                                       .because("last byte of the stack's slot").serves(GoroutineAssembler.PIN);
        a.or(target, Math.toIntExact(slotSize - 1))              .serves(GoroutineAssembler.PIN);
        a.mov(target, qword(target, 1 - StackSlab.HEADER_BYTES)) .because("its header names the goroutine").serves(GoroutineAssembler.PIN);
    }
    // spotless:on
}
