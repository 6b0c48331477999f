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
import io.trapeze.trampolines.abi.AbiField;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Suspends the caller and runs a function on g0's stack.
 *
 * <pre>
 * mcall(g, sched, g0, fn)   in: the goroutine, its Gobuf, g0's Gobuf and fn as the first four integer arguments
 *                           out: sched holds the caller; fn(g) runs on g0's stack and must not return (a trap follows);
 *                           the first preserved register points to sched, so that a walk over the stack finds the caller;
 *                           a register pinned to the goroutine holds g0's
 *                           resuming sched goes on after the call to mcall, every preserved register as it was
 * </pre>
 */
public final class Mcall {
    private Mcall() {}

    // spotless:off
    /** Emits the primitive as symbol {@code mcall}. */
    public static CodeBlob emit(Abi abi) {
        return emit(abi, Omission.NONE);
    }

    /** Emits the primitive with some of what it should keep forgotten. */
    static CodeBlob emit(Abi abi, Omission omission) {
        Assembler a = new Assembler();
        a.symbol("mcall");
        OutgoingCall call = new OutgoingCall(abi, 1);
        a.unwind(Callers.ofCall(abi, call));
        SwitchState state = SwitchState.of(abi).omitting(omission);
        Gobuf gobuf = state.gobuf();
        Arguments arguments = abi.preservesRbp() ? new Arguments(abi, 4, 1, rbp) : new Arguments(abi, 4, 1);
        IndexReg g = arguments.load(a, 0, "the goroutine");
        IndexReg sched = arguments.load(a, 1, "its Gobuf");
        IndexReg g0 = arguments.load(a, 2, "g0's Gobuf");
        IndexReg fn = arguments.load(a, 3, "what runs on g0");
        IndexReg scratch = arguments.scratch(0);

        suspend(a, state, sched, scratch);
        a.mov(gobuf.g(sched), g) .because("whose state this is");
        Optional<IndexReg> kept = abi.preservedGeneral().stream()
                .filter(r -> !abi.integerArguments().contains(r))
                .findFirst();
        kept.ifPresent(register ->
            a.mov(register, sched) .because("where a walk over the stack finds the caller").serves(AbiField.PRESERVED_GENERAL.of(register)));

        state.restoreThreadBlock(a, g0, scratch);
        state.restorePinned(a, g0);
        a.mov(rsp, gobuf.sp(g0)) .because("the switch to g0's stack");
        if (abi.preservesRbp()) {
            a.mov(rbp, gobuf.bp(g0)) .because("a chain of frames that ends in g0").serves(AbiField.PRESERVED_RBP.is(true));
        }
        a.and(rsp, -abi.stack().alignment()) .because("aligned at the call").serves(OutgoingCall.alignment(abi));
        int room = call.bytes() + (kept.isPresent() ? 0 : 8);
        int frame = abi.stack().aligned(room);
        call.reserve(a, frame, besides(abi, kept.isPresent()));
        if (kept.isEmpty()) {
            a.mov(qword(rsp, frame - 8), sched) .because("where a walk over the stack finds the caller").serves(AbiField.PRESERVED_GENERAL.path());
        }
        call.argument(a, g);
        OutgoingCall.zero(a, abi);
        a.call(fn) .because("must not return");
        a.ud2()    .because("it did: stop here, not in what lies behind");
        return a.finish("mcall");
    }

    /** What lies above the shadow space at the call, for its reason; nothing if nothing does. */
    private static String besides(Abi abi, boolean kept) {
        boolean argument = abi.integerArguments().isEmpty();
        return !argument && kept ? "" : argument && kept ? "the argument" : argument ? "the argument and where the caller is" : "where the caller is";
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
            a.mov(qword(sched, at + Caller.MACHINE_FRAME_RSP), scratch) .because("for walks over the stack").serves(AbiField.STACK_MACHINE_FRAMES.is(true));
            a.mov(scratch, qword(rsp))          .because("return address").serves(AbiField.STACK_MACHINE_FRAMES.is(true));
            a.mov(qword(sched, at), scratch)    .because("for walks over the stack").serves(AbiField.STACK_MACHINE_FRAMES.is(true));
        }
        state.save(a, sched, scratch);
    }
    // spotless:on
}
