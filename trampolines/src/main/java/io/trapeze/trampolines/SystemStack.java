// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;
import java.util.Optional;

/**
 * Calls a function on g0's stack and returns.
 *
 * <pre>
 * systemstack(g0sp, arg, thunk[, g0])   in: g0's stack pointer, any alignment; g0's Gobuf only where the ABI has a
 *                                       thread block, whose bounds it holds
 *                                       out: thunk(arg)'s result; all preserved registers as they were
 *                                       uses: g0's stack below g0sp; 8 bytes of the
 *                                       goroutine's stack, and 8 more for each thread-block field
 * </pre>
 *
 * <p>While the thunk runs, RBP points to the goroutine's frame, so a walk along frame pointers crosses from g0's stack to
 * the goroutine's. The thunk may change RBP: the way back is on g0's stack.
 */
public final class SystemStack {
    private SystemStack() {}

    // spotless:off
    /** Emits the primitive as symbol {@code systemstack}. */
    public static CodeBlob emit(Abi abi) {
        Assembler a = new Assembler();
        a.symbol("systemstack");
        a.unwind(Callers.ofCall(abi));
        List<ThreadBlock.Field> fields = abi.threadFields();
        int count = fields.isEmpty() ? 3 : 4;
        if (abi.result() == rbp) {
            throw new AbiException("result: systemstack keeps the way back to the goroutine's stack in rbp, where ABI '"
                    + abi.name() + "' returns results; choose another register");
        }
        Arguments arguments = new Arguments(abi, count, fields.isEmpty() ? 0 : 1, rbp);
        IndexReg g0sp = arguments.load(a, 0, "g0's stack pointer");
        IndexReg argument = arguments.load(a, 1, "the thunk's argument");
        IndexReg thunk = arguments.load(a, 2, "the thunk");
        Optional<IndexReg> g0 =
                fields.isEmpty() ? Optional.empty() : Optional.of(arguments.load(a, 3, "g0's Gobuf: its stack bounds"));

        a.push(rbp)     .because("the goroutine's frame pointer, on its own stack");
        a.mov(rbp, rsp) .because("names that stack while g0's is in use");
        for (ThreadBlock.Field field : fields) {
            a.push(abi.threadOperand(field)) .because(field.name() + " of the goroutine's stack").serves("thread.stack_bounds: " + field.name());
        }
        if (g0.isPresent()) {
            SwitchState.of(abi).restoreThreadBlock(a, g0.get(), arguments.scratch(0));
        }
        OutgoingCall call = new OutgoingCall(abi, 1);
        int frame = abi.stack().aligned(call.bytes() + 8);
        a.mov(rsp, g0sp)                     .because("the switch to g0's stack");
        a.and(rsp, -abi.stack().alignment()) .because("aligned at the call").serves("stack.alignment");
        call.reserve(a, frame, "the way back");
        a.mov(qword(rsp, frame - 8), rbp)    .because("the way back, above what the callee may write");
        call.argument(a, argument);
        a.call(thunk)                        .because("on g0's stack");
        a.mov(rbp, qword(rsp, frame - 8))    .because("the goroutine's stack again");
        for (int i = 0; i < fields.size(); i++) {
            IndexReg free = abi.scratch(1, 0, rbp, abi.result()).get(0);
            String bound = fields.get(i).name();
            a.mov(free, qword(rbp, -8 * (i + 1)))         .because(bound + " of the goroutine's stack").serves("thread.stack_bounds: " + bound);
            a.mov(abi.threadOperand(fields.get(i)), free) .because("where the system looks for it").serves("thread.stack_bounds: " + bound);
        }
        a.mov(rsp, rbp) .because("the switch back");
        a.pop(rbp)      .because("its frame pointer");
        a.ret()         .because("the thunk's result is still in its register");
        return a.finish("systemstack");
    }
    // spotless:on
}
