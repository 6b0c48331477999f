// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;

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
 */
public final class SystemStack {
    private SystemStack() {}

    /** Emits the primitive as symbol {@code systemstack}. */
    public static CodeBlob emit(Abi abi) {
        Assembler a = new Assembler();
        a.symbol("systemstack");
        List<ThreadBlock.Field> fields =
                abi.threadBlock().map(ThreadBlock::fields).orElse(List.of());
        int count = fields.isEmpty() ? 3 : 4;
        Arguments arguments = new Arguments(abi, count, 1);
        IndexReg g0sp = arguments.load(a, 0, "g0's stack pointer");
        IndexReg argument = arguments.load(a, 1, "the thunk's argument");
        IndexReg thunk = arguments.load(a, 2, "the thunk");
        IndexReg scratch = arguments.scratch(0);

        a.because("the goroutine's frame pointer, on its own stack").push(rbp);
        a.because("names that stack while g0's is in use").mov(rbp, rsp);
        if (!fields.isEmpty()) {
            IndexReg g0 = arguments.load(a, 3, "g0's Gobuf: its stack bounds");
            for (ThreadBlock.Field field : fields) {
                a.because(field.name() + " of the goroutine's stack").serves("thread.stack_bounds");
                a.push(abi.threadBlock().orElseThrow().operand(field));
            }
            SwitchState.of(abi).restoreThreadBlock(a, g0, scratch);
        }
        OutgoingCall call = new OutgoingCall(abi, 1);
        int frame = abi.stack().aligned(call.bytes() + 8);
        a.because("the switch to g0's stack").mov(rsp, g0sp);
        a.because("aligned at the call")
                .serves("stack.alignment")
                .and(rsp, -abi.stack().alignment());
        call.reserve(a, frame);
        a.because("the way back, above what the callee may write").mov(qword(rsp, frame - 8), rbp);
        call.argument(a, argument);
        a.because("on g0's stack").call(thunk);
        a.because("the goroutine's stack again").mov(rbp, qword(rsp, frame - 8));
        IndexReg free = abi.scratch(2, 0).stream()
                .filter(r -> r != abi.result())
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < fields.size(); i++) {
            a.because(fields.get(i).name() + " of the goroutine's stack").serves("thread.stack_bounds");
            a.mov(free, qword(rbp, -8 * (i + 1)));
            a.mov(abi.threadBlock().orElseThrow().operand(fields.get(i)), free);
        }
        a.because("the switch back").mov(rsp, rbp);
        a.pop(rbp);
        a.because("the thunk's result is still in its register").ret();
        return a.finish("systemstack");
    }
}
