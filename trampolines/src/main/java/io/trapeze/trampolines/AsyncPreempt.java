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
 * async_preempt       in: [rsp] = resume address, the skipped bytes above it; everything else as it was interrupted
 *                     out: everything as it was interrupted, RSP included
 *                     calls: async_preempt2(), which may run anything; uses PreemptFrame below RSP, shadow space
 * </pre>
 *
 * <p>The interrupt may come at any stack alignment, with the direction flag or the alignment-check flag set: all are put
 * right for the callee. What is not saved: the x87 and MMX register stack (no instruction that the emitter knows leaves a
 * value there), AMX tiles and protection keys.
 */
public final class AsyncPreempt {
    /** The symbol that is called between saving and restoring; undefined in the blob. */
    public static final String CALLEE = "async_preempt2";

    private AsyncPreempt() {}

    /** Emits the primitive as symbol {@code async_preempt}, calling the external symbol {@link #CALLEE}. */
    public static CodeBlob emit(Abi abi, SaveSet saveSet) {
        Assembler a = new Assembler();
        PreemptFrame frame = new PreemptFrame(saveSet);
        List<IndexReg> pushed = new ArrayList<>(PreemptFrame.GENERAL);
        Collections.reverse(pushed);
        a.symbol("async_preempt");
        a.because("flags, before anything changes them").pushfq();
        a.because("for the callee: DF clear as calls expect it, AC clear").push(0);
        a.because("(with AC set its unaligned accesses would fault)").popfq();
        a.because("all general registers: no call means none is free");
        pushed.forEach(a::push);
        a.because("room for vectors and control words").sub(rsp, frame.stateBytes());
        save(a, frame);

        // the frame's address waits above the shadow space, where no callee writes
        int shadow = abi.stack().shadow();
        int reserve = slotAndShadow(abi) - 8;
        a.because("the frame's address").mov(rax, rsp);
        a.because("the interrupt came at any alignment")
                .serves("stack.alignment")
                .and(rsp, -abi.stack().alignment());
        a.because("out of reach of the callee's homes").push(rax);
        a.because(shadow > 0 ? "shadow space, and alignment at the call" : "alignment at the call");
        a.serves(shadow > 0 ? "stack.shadow" : "stack.alignment").sub(rsp, reserve);
        a.because("others run now").call(a.external(CALLEE));
        a.because("the frame again").mov(rsp, qword(rsp, reserve));

        restore(a, frame);
        a.because("back at the general registers").add(rsp, frame.stateBytes());
        PreemptFrame.GENERAL.forEach(a::pop);
        a.because("DF and AC as they were, too").popfq();
        a.because("undoes the interrupt's skip exactly").serves("stack.interrupt_skip");
        a.ret(abi.stack().interruptSkip());
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
        a.because("vector registers, as wide as they may be in use");
        for (int i = 0; i < set.vectors(); i++) {
            set.store(a, rsp, frame.vector(i), i);
        }
        for (int i = 0; i < set.masks(); i++) {
            a.because(i == 0 ? "mask registers" : "").kmovq(qword(rsp, frame.mask(i)), Registers.mask(i));
        }
        a.because("sticky status flags included").stmxcsr(dword(rsp, frame.mxcsr()));
        a.because("x87 control word").fnstcw(word(rsp, frame.x87()));
        if (set.vectorBytes() > 16) {
            a.because("or the callee's SSE code would run slowly").vzeroupper();
        }
    }

    private static void restore(Assembler a, PreemptFrame frame) {
        SaveSet set = frame.saveSet();
        a.because("everything back from where it was put");
        for (int i = 0; i < set.vectors(); i++) {
            set.load(a, rsp, frame.vector(i), i);
        }
        for (int i = 0; i < set.masks(); i++) {
            a.kmovq(Registers.mask(i), qword(rsp, frame.mask(i)));
        }
        a.ldmxcsr(dword(rsp, frame.mxcsr()));
        a.fldcw(word(rsp, frame.x87()));
    }
}
