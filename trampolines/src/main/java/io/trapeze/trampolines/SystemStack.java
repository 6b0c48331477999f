// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static io.trapeze.trampolines.abi.AbiField.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Calls a function on g0's stack and returns.
 *
 * <pre>
 * systemstack(g0sp, arg, thunk[, g0])   in: g0's stack pointer, any alignment; g0's Gobuf only where it is
 *                                       {@linkplain #takesG0 needed}
 *                                       out: thunk(arg)'s result; all preserved registers as they were
 *                                       uses: g0's stack below g0sp; 8 bytes of the goroutine's stack, and 8 more for each
 *                                       thing that is g0's in the meantime: thread-block fields, the register pinned to g
 * </pre>
 *
 * <p>While the thunk runs, RBP points to the goroutine's frame, so a walk along frame pointers crosses from g0's stack to
 * the goroutine's. The thunk may change RBP: the way back is on g0's stack.
 */
public final class SystemStack {
    private SystemStack() {}

    /** Whether the primitive takes g0's Gobuf as fourth argument: for the thread block's bounds, or for a register pinned to g. */
    public static boolean takesG0(Abi abi) {
        return !abi.threadFields().isEmpty() || abi.pinned().g().isPresent();
    }

    // spotless:off
    /** Emits the primitive as symbol {@code systemstack}. */
    public static CodeBlob emit(Abi abi) {
        return emit(abi, Omission.NONE);
    }

    /** Emits the primitive with some of what it should keep forgotten. */
    static CodeBlob emit(Abi abi, Omission omission) {
        Assembler a = new Assembler();
        a.symbol("systemstack");
        OutgoingCall call = new OutgoingCall(abi, 1);
        a.unwind(Callers.ofReturning(abi, call));
        List<ThreadBlock.Field> fields = abi.threadFields();
        if (abi.results().integer().contains(rbp)) {
            throw new AbiException(RESULTS_INTEGER, "systemstack keeps the way back to the goroutine's stack in rbp, where ABI '"
                    + abi.name() + "' returns results; choose another register");
        }
        Arguments arguments = new Arguments(abi, takesG0(abi) ? 4 : 3, fields.isEmpty() ? 0 : 1, rbp);
        IndexReg g0sp = arguments.load(a, 0, "g0's stack pointer");
        IndexReg argument = arguments.load(a, 1, "the thunk's argument");
        IndexReg thunk = arguments.load(a, 2, "the thunk");
        Optional<IndexReg> g0 =
                takesG0(abi) ? Optional.of(arguments.load(a, 3, "g0's Gobuf")) : Optional.empty();

        a.push(rbp)     .because("the goroutine's frame pointer, on its own stack");
        a.mov(rbp, rsp) .because("names that stack while g0's is in use");
        for (ThreadBlock.Field field : fields) {
            a.push(abi.threadOperand(field)) .because(field.name() + " of the goroutine's stack").serves(THREAD_STACK_BOUNDS.of(field.name()));
        }
        List<IndexReg> lent = lent(abi).stream().filter(r -> !omission.names(r)).toList();
        for (IndexReg register : lent) {
            a.push(register) .because("comes back, but the thunk finds something else in it").serves(rule(abi, register));
        }
        if (g0.isPresent()) {
            SwitchState state = SwitchState.of(abi);
            if (!fields.isEmpty()) {
                state.restoreThreadBlock(a, g0.get(), arguments.scratch(0));
            }
            state.restorePinned(a, g0.get());
        }
        int frame = abi.stack().aligned(call.bytes() + 8);
        a.mov(rsp, g0sp)                     .because("the switch to g0's stack");
        a.and(rsp, -abi.stack().alignment()) .because("aligned at the call").serves(OutgoingCall.alignment(abi));
        call.reserve(a, frame, "the way back");
        a.mov(qword(rsp, frame - 8), rbp)    .because("the way back, above what the callee may write");
        call.argument(a, argument);
        OutgoingCall.zero(a, abi);
        a.call(thunk)                        .because("on g0's stack");
        a.mov(rbp, qword(rsp, frame - 8))    .because("the goroutine's stack again");
        for (int i = 0; i < fields.size(); i++) {
            String rule = THREAD_STACK_BOUNDS.of(fields.get(i).name());
            IndexReg free = free(abi);
            a.mov(free, qword(rbp, -8 * (i + 1)))        .because(fields.get(i).name() + " of the goroutine's stack").serves(rule);
            a.mov(abi.threadOperand(fields.get(i)), free) .because("before RSP is there").serves(rule);
        }
        for (int i = 0; i < lent.size(); i++) {
            a.mov(lent.get(i), qword(rbp, -8 * (fields.size() + i + 1))) .because("as it was").serves(rule(abi, lent.get(i)));
        }
        a.mov(rsp, rbp) .because("the switch back");
        a.pop(rbp)      .because("its frame pointer");
        a.ret()         .because("the thunk's result is still in its register");
        return a.finish("systemstack");
    }
    // spotless:on

    /** Registers that come back though the thunk is called with something else in them. */
    private static List<IndexReg> lent(Abi abi) {
        Stream<IndexReg> argument =
                abi.integerArguments().stream().limit(1).filter(r -> abi.preserves(r) && r != abi.result());
        return Stream.concat(abi.pinned().g().stream(), argument).toList();
    }

    private static String rule(Abi abi, IndexReg lent) {
        return abi.preserves(lent) ? PRESERVED_GENERAL.of(lent) : PINNED_G.is(lent);
    }

    /** A register that carries nothing once the thunk has returned. */
    private static IndexReg free(Abi abi) {
        List<Reg64> taken = new ArrayList<>(abi.results().integer());
        taken.add(rbp);
        return abi.scratch(1, 0, taken.toArray(Reg64[]::new)).get(0);
    }
}
