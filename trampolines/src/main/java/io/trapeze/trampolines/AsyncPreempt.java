// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where an interrupted goroutine is sent: saves everything, lets another one run, and goes back as if nothing had been.
 *
 * <pre>
 * async_preempt       in: [rsp] = resume address, the skipped bytes above it; everything else as it was interrupted;
 *                     where walks over the stack need machine frames: [rsp + 24] = interrupted RSP, in the skipped bytes
 *                     out: everything as it was interrupted, RSP included
 *                     calls: async_preempt2(), which may run anything; uses PreemptFrame below RSP, shadow space
 * </pre>
 *
 * <p>The interrupt may come at any stack alignment, with the direction flag or the alignment-check flag set: all are put
 * right for the callee. What is not saved: the x87 and MMX register stack, AMX tiles and protection keys; code that holds
 * values there is not to be sent here.
 */
public final class AsyncPreempt {
    /** The symbol that is called between saving and restoring; undefined in the blob. */
    public static final String CALLEE = "async_preempt2";

    private AsyncPreempt() {}

    // spotless:off
    /** Emits the primitive as symbol {@code async_preempt}, calling the external symbol {@link #CALLEE}. */
    public static CodeBlob emit(Abi abi, SaveSet saveSet) {
        Assembler a = new Assembler();
        PreemptFrame frame = new PreemptFrame(saveSet);
        List<IndexReg> pushed = new ArrayList<>(PreemptFrame.GENERAL);
        Collections.reverse(pushed);
        a.symbol("async_preempt");
        a.unwind(Callers.interrupted(abi));
        a.pushfq()                     .because("flags, before anything changes them");
        a.push(0)                      .because("for the callee: DF clear as calls expect it, AC clear");
        a.popfq()                      .because("(with AC set its unaligned accesses would fault)");
        for (IndexReg register : pushed) {
            a.push(register)           .because("no call has been made, so none is free");
        }
        a.sub(rsp, frame.stateBytes()) .because("room for vectors and control words");
        save(a, frame);

        // the frame's address waits above the shadow space, where no callee writes
        int shadow = abi.stack().shadow();
        int reserve = slotAndShadow(abi) - 8;
        IndexReg base = abi.preservedGeneral().isEmpty() ? rax : abi.preservedGeneral().get(0);
        a.mov(base, rsp)                     .because("the frame's address; a walk from the callee needs it");
        a.and(rsp, -abi.stack().alignment()) .because("the interrupt came at any alignment").serves("stack.alignment");
        a.push(base)                         .because("out of reach of the callee's homes");
        a.sub(rsp, reserve)                  .because(shadow > 0 ? "shadow space, and alignment at the call" : "alignment at the call")
                                             .serves(shadow > 0 ? "stack.shadow" : "stack.alignment");
        a.call(a.external(CALLEE))           .because("others run now");
        a.mov(rsp, qword(rsp, reserve))      .because("the frame again");

        restore(a, frame);
        a.add(rsp, frame.stateBytes())     .because("back at the general registers");
        for (IndexReg register : PreemptFrame.GENERAL) {
            a.pop(register);
        }
        a.popfq()                          .because("DF and AC as they were, too");
        a.ret(abi.stack().interruptSkip()) .because("undoes the interrupt's skip exactly").serves("stack.interrupt_skip");
        return a.finish("async_preempt");
    }

    /**
     * Returns the bytes below an interrupted RSP that are out of use until {@link #CALLEE} is entered: the skipped bytes, the
     * frame, and what the call takes at the worst alignment, its return address included. The callee needs more.
     */
    public static int stackBytes(Abi abi, SaveSet saveSet) {
        int resumeAddress = 8;
        int returnAddress = 8;
        int worstAlignment = abi.stack().alignment() - 1;
        return abi.stack().interruptSkip()
                + resumeAddress
                + new PreemptFrame(saveSet).size()
                + worstAlignment
                + slotAndShadow(abi)
                + returnAddress;
    }

    /** Bytes between the aligned RSP and RSP at the call: the slot of the frame's address, shadow space, padding. */
    private static int slotAndShadow(Abi abi) {
        return abi.stack().aligned(abi.stack().shadow() + 8);
    }

    private static void save(Assembler a, PreemptFrame frame) {
        SaveSet set = frame.saveSet();
        for (int i = 0; i < set.vectors(); i++) {
            set.store(a, rsp, frame.vector(i), i);
            a.because("as wide as it may be in use");
        }
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(qword(rsp, frame.mask(i)), Registers.mask(i)) .because("mask register");
        }
        a.stmxcsr(dword(rsp, frame.mxcsr())) .because("sticky status flags included");
        a.fnstcw(word(rsp, frame.x87()))     .because("x87 control word");
        if (set.vectorBytes() > 16) {
            a.vzeroupper() .because("or the callee's SSE code would run slowly");
        }
    }

    private static void restore(Assembler a, PreemptFrame frame) {
        SaveSet set = frame.saveSet();
        for (int i = 0; i < set.vectors(); i++) {
            set.load(a, rsp, frame.vector(i), i);
            a.because("from where it was put");
        }
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(Registers.mask(i), qword(rsp, frame.mask(i))) .because("from where it was put");
        }
        a.ldmxcsr(dword(rsp, frame.mxcsr()));
        a.fldcw(word(rsp, frame.x87()));
    }
    // spotless:on
}
