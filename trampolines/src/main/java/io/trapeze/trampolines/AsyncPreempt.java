// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.CallState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where an interrupted goroutine is sent: saves everything, lets another one run, and goes back as if nothing had been.
 *
 * <pre>
 * async_preempt       in: [rsp] = resume address, the skipped bytes above it; everything else as it was interrupted;
 *                     where walks over the stack need machine frames: [rsp + 24] = interrupted RSP, in the skipped bytes
 *                     out: everything as it was interrupted, RSP included; but a register pinned to m stays as the callee
 *                     leaves it, because another carrier may go on
 *                     calls: async_preempt2(), which may run anything; uses PreemptFrame below RSP, shadow space
 * </pre>
 *
 * <p>The interrupt may come at any stack alignment, with the direction flag or the alignment-check flag set: all are put
 * right for the callee. What is not saved: AMX tiles, protection keys, and the x87 and MMX registers unless the save set has
 * them; code that holds values there is not to be sent here. Of the x87 registers' state the upper halves of the addresses of
 * the last instruction and its operand are lost, which only handlers of x87 exceptions look at.
 */
public final class AsyncPreempt {
    /** The symbol that is called between saving and restoring; undefined in the blob. */
    public static final String CALLEE = "async_preempt2";

    private static final int ALIGNMENT_CHECK = 1 << 18;

    private AsyncPreempt() {}

    // spotless:off
    /** Emits the primitive as symbol {@code async_preempt}, calling the external symbol {@link #CALLEE}. */
    public static CodeBlob emit(Abi abi, SaveSet saveSet) {
        Assembler a = new Assembler();
        PreemptFrame frame = new PreemptFrame(saveSet);
        List<IndexReg> pushed = new ArrayList<>(PreemptFrame.GENERAL);
        Collections.reverse(pushed);
        a.symbol("async_preempt");
        OutgoingCall call = new OutgoingCall(abi, 0);
        a.unwind(Callers.interrupted(abi, call));
        a.pushfq()                     .because("flags, before anything changes them");
        clearFlags(a, abi);
        for (IndexReg register : pushed) {
            a.push(register)           .because("no call has been made, so none is free");
        }
        StackGrowth.reserve(a, abi, frame.stateBytes(), "room for vectors and control words", "");
        save(a, frame);

        // the frame's address waits above the shadow space, where no callee writes
        int reserve = slotAndShadow(abi) - 8;
        boolean keeps = !abi.preservedGeneral().isEmpty();
        IndexReg base = !keeps ? abi.scratch(1, 0, rbp).get(0) : abi.preservedGeneral().get(0);
        a.mov(base, rsp)                     .because("the frame's address; a walk from the callee needs it")
                                             .serves(keeps ? AbiField.PRESERVED_GENERAL.of(base) : AbiField.PRESERVED_GENERAL.path());
        a.and(rsp, -abi.stack().alignment()) .because("the interrupt came at any alignment").serves(OutgoingCall.alignment(abi));
        a.push(base)                         .because("out of reach of the callee's homes");
        if (reserve > 0) {
            boolean shadow = abi.stack().shadow() > 0;
            a.sub(rsp, reserve)              .because(shadow ? "shadow space, and alignment at the call" : "alignment at the call")
                                             .serves(call.rule());
        }
        OutgoingCall.zero(a, abi);
        a.call(a.external(CALLEE))           .because("others run now");
        a.mov(rsp, qword(rsp, reserve))      .because("the frame again");

        restore(a, frame);
        a.add(rsp, frame.stateBytes())     .because("back at the general registers");
        for (IndexReg register : PreemptFrame.GENERAL) {
            if (abi.pinned().m().equals(Optional.of(register))) {
                a.add(rsp, 8)              .because(register + " names the carrier that goes on, not the one interrupted").serves(AbiField.PINNED_M.is(register));
            } else {
                a.pop(register)            .because("as it was interrupted");
            }
        }
        a.popfq()                          .because("DF and AC as they were, too");
        a.ret(abi.stack().interruptSkip()) .because("undoes the interrupt's skip exactly").serves(AbiField.STACK_INTERRUPT_SKIP.is(abi.stack().interruptSkip()));
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

    /** Emits what makes the flags fit for the callee; those of the interrupted code are on the stack. */
    private static void clearFlags(Assembler a, Abi abi) {
        if (abi.calls().directionFlag() == CallState.DirectionFlag.CLEAR) {
            a.push(0)                  .because("for the callee: DF clear as calls expect it, AC clear")
                                       .serves(AbiField.CALLS_DIRECTION_FLAG.is("clear"));
            a.popfq()                  .because("(with AC set its unaligned accesses would fault)");
        } else {
            a.pushfq()                 .because("for the callee: all as they are, but AC clear")
                                       .serves(AbiField.CALLS_DIRECTION_FLAG.is("unspecified"));
            a.and(qword(rsp), ~ALIGNMENT_CHECK) .because("(with AC set its unaligned accesses would fault)");
            a.popfq();
        }
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
        if (set.x87()) {
            a.fnsave(ptr(rsp, frame.x87State())) .because("x87 or MMX registers; leaves x87 mode and an empty stack, as calls expect");
        }
        if (set.vectorBytes() > 16) {
            a.avx().vzeroupper() .because("or the callee's SSE code would run slowly");
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
        a.ldmxcsr(dword(rsp, frame.mxcsr())) .because("sticky status flags included");
        if (set.x87()) {
            a.frstor(ptr(rsp, frame.x87State())) .because("x87 or MMX registers, whichever they were");
        }
        a.fldcw(word(rsp, frame.x87()))      .because("x87 control word");
    }
    // spotless:on
}
