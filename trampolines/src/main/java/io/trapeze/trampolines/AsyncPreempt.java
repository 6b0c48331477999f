// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.trampolines.abi.Abi;
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
 * <p>The interrupt may come at any stack alignment and with the direction flag set, so both are put right for the callee.
 */
public final class AsyncPreempt {
    /** The symbol that is called between saving and restoring; undefined in the blob. */
    public static final String CALLEE = "async_preempt2";

    private AsyncPreempt() {}

    /** Emits the primitive as symbol {@code async_preempt}, calling the external symbol {@link #CALLEE}. */
    public static CodeBlob emit(Abi abi, SaveSet saveSet) {
        Assembler a = new Assembler();
        PreemptFrame frame = new PreemptFrame(saveSet);
        a.symbol("async_preempt");
        a.because("flags, before anything changes them").pushfq();
        List<IndexReg> registers = PreemptFrame.GENERAL;
        for (int i = registers.size() - 1; i >= 0; i--) {
            a.push(registers.get(i));
        }
        a.because("the callee expects it clear").cld();
        a.because("room for vectors and control words").sub(rsp, frame.stateBytes());
        state(a, frame, true);

        // the frame's address waits above the shadow space, where no callee writes
        int shadow = abi.stack().shadow();
        int reserve = abi.stack().aligned(shadow + 8) - 8;
        a.because("the frame's address").mov(rax, rsp);
        a.because("the interrupt came at any alignment")
                .serves("stack.alignment")
                .and(rsp, -abi.stack().alignment());
        a.because("out of reach of the callee's homes").push(rax);
        a.because(shadow > 0 ? "shadow space, and alignment at the call" : "alignment at the call");
        a.serves(shadow > 0 ? "stack.shadow" : "stack.alignment").sub(rsp, reserve);
        a.because("others run now").call(a.external(CALLEE));
        a.because("the frame again").mov(rsp, qword(rsp, reserve));

        state(a, frame, false);
        a.because("back at the general registers").add(rsp, frame.stateBytes());
        registers.forEach(a::pop);
        a.popfq();
        a.because("undoes the interrupt's skip exactly").serves("stack.interrupt_skip");
        a.ret(abi.stack().interruptSkip());
        return a.finish("async_preempt");
    }

    private static void state(Assembler a, PreemptFrame frame, boolean save) {
        for (int i = 0; i < frame.saveSet().vectors(); i++) {
            vector(a, frame, i, save);
        }
        for (int i = 0; i < frame.saveSet().masks(); i++) {
            Mem.Qword slot = qword(rsp, frame.mask(i));
            if (save) {
                a.kmovq(slot, Registers.mask(i));
            } else {
                a.kmovq(Registers.mask(i), slot);
            }
        }
        Mem.Dword mxcsr = dword(rsp, frame.controlWords());
        Mem.Word x87 = word(rsp, frame.controlWords() + 4);
        if (save) {
            a.because("sticky status flags included").stmxcsr(mxcsr);
            a.fnstcw(x87);
        } else {
            a.ldmxcsr(mxcsr);
            a.fldcw(x87);
        }
    }

    private static void vector(Assembler a, PreemptFrame frame, int number, boolean save) {
        int offset = frame.vector(number);
        switch (frame.saveSet()) {
            case SSE -> {
                if (save) {
                    a.movdqu(xmmword(rsp, offset), Registers.xmm(number));
                } else {
                    a.movdqu(Registers.xmm(number), xmmword(rsp, offset));
                }
            }
            case AVX -> {
                if (save) {
                    a.vmovdqu(ymmword(rsp, offset), Registers.ymm(number));
                } else {
                    a.vmovdqu(Registers.ymm(number), ymmword(rsp, offset));
                }
            }
            case AVX512 -> {
                if (save) {
                    a.vmovdqu64(zmmword(rsp, offset), Registers.zmm(number));
                } else {
                    a.vmovdqu64(Registers.zmm(number), zmmword(rsp, offset));
                }
            }
        }
    }
}
