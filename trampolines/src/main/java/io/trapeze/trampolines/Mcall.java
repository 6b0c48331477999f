// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Caller;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;
import java.util.OptionalInt;

/**
 * Suspends the caller and runs a function on g0's stack.
 *
 * <pre>
 * mcall(g, sched, g0, fn)   in: the goroutine, its Gobuf, g0's Gobuf and fn as the first four integer arguments
 *                           out: sched holds the caller; fn(g) runs on g0's stack and must not return (a trap follows);
 *                           the first preserved register points to sched, so that a walk over the stack finds the caller
 *                           resuming sched goes on after the call to mcall, every preserved register as it was
 * </pre>
 */
public final class Mcall {
    private Mcall() {}

    // spotless:off
    /** Emits the primitive as symbol {@code mcall}. */
    public static CodeBlob emit(Abi abi) {
        Assembler a = new Assembler();
        a.symbol("mcall");
        a.unwind(Callers.ofCall(abi));
        SwitchState state = SwitchState.of(abi);
        Gobuf gobuf = state.gobuf();
        Arguments arguments = new Arguments(abi, 4, 1);
        IndexReg g = arguments.load(a, 0, "the goroutine");
        IndexReg sched = arguments.load(a, 1, "its Gobuf");
        IndexReg g0 = arguments.load(a, 2, "g0's Gobuf");
        IndexReg fn = arguments.load(a, 3, "what runs on g0");
        IndexReg scratch = arguments.scratch(0);

        suspend(a, state, sched, scratch);
        a.mov(gobuf.g(sched), g) .because("whose state this is");
        boolean kept = !abi.preservedGeneral().isEmpty();
        if (kept) {
            a.mov(abi.preservedGeneral().get(0), sched) .because("where a walk over the stack finds the caller").serves("preserved.general");
        }

        state.restoreThreadBlock(a, g0, scratch);
        a.mov(rsp, gobuf.sp(g0)) .because("the switch to g0's stack");
        if (abi.preservesRbp()) {
            a.mov(rbp, gobuf.bp(g0)) .because("a chain of frames that ends in g0").serves("preserved.rbp");
        }
        a.and(rsp, -abi.stack().alignment()) .because("aligned at the call").serves("stack.alignment");
        OutgoingCall call = new OutgoingCall(abi, 1);
        int room = call.bytes() + (kept ? 0 : 8);
        int frame = abi.stack().aligned(room);
        call.reserve(a, frame, room == abi.stack().shadow() ? "" : "the argument and where the caller is");
        if (!kept) {
            a.mov(qword(rsp, frame - 8), sched) .because("where a walk over the stack finds the caller").serves("preserved.general");
        }
        call.argument(a, g);
        a.call(fn) .because("must not return");
        a.ud2()    .because("it did: stop here, not in what lies behind");
        return a.finish("mcall");
    }

    /**
     * Emits the suspension alone: the caller's state goes to the Gobuf, as it will be after the call returns.
     *
     * @param sched holds the Gobuf's address
     * @param scratch is destroyed
     */
    public static void suspend(Assembler a, SwitchState state, IndexReg sched, IndexReg scratch) {
        a.mov(scratch, qword(rsp))              .because("return address: where the goroutine goes on");
        a.mov(state.gobuf().pc(sched), scratch) .because("pc");
        a.lea(scratch, ptr(rsp, 8))             .because("the caller's stack pointer after the return");
        a.mov(state.gobuf().sp(sched), scratch) .because("sp");
        OptionalInt frame = state.gobuf().machineFrame();
        if (frame.isPresent()) {
            int at = frame.getAsInt();
            a.mov(qword(sched, at + Caller.MACHINE_FRAME_RSP), scratch) .because("for walks over the stack").serves("stack.machine_frames");
            a.mov(scratch, qword(rsp))          .because("return address").serves("stack.machine_frames");
            a.mov(qword(sched, at), scratch)    .because("for walks over the stack").serves("stack.machine_frames");
        }
        state.save(a, sched, scratch);
    }
    // spotless:on
}
