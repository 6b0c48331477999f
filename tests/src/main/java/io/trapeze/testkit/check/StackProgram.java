// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.testkit.sequence.StackOp;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.OptionalInt;

/** Operations on a stack as code that does them, and as a model that tells what comes of it. Each instruction runs once. */
final class StackProgram {
    static final String ARRIVAL = "arrival";
    static final String PREEMPT = "async_preempt";

    private final Abi abi;
    private final List<StackOp> ops;

    StackProgram(Abi abi, List<StackOp> ops) {
        this.abi = abi;
        this.ops = ops;
    }

    /** A register that carries something else than what code may put there. */
    private boolean isFixed(IndexReg register) {
        return abi.pinned().all().contains(register);
    }

    /** Whether a register names the carrier, which no goroutine keeps: after an interruption it may be another one. */
    private boolean isCarrier(IndexReg register) {
        return abi.pinned().m().filter(register::equals).isPresent();
    }

    /**
     * Emits the code; it ends with a jump to {@link #ARRIVAL}. Whether it is interrupted or not, it does the same.
     *
     * @param depth how many words it may pop from the beginning
     * @param interrupted before which instruction it is sent to {@link #PREEMPT}, if at all, as a signal handler does it: no register is
     *     touched, no flag, and nothing that an interrupt leaves alone
     */
    Code emit(int depth, OptionalInt interrupted) {
        int instructions = new Emission(-1).emit(depth);
        Emission emission = new Emission(interrupted.isPresent() ? interrupted.getAsInt() % instructions : -1);
        emission.emit(depth);
        return new Code(emission.a.finish("work"), emission.pushedThen, emission.leastThen);
    }

    /**
     * What is emitted.
     *
     * @param pushed how many words more are on the stack when it is interrupted than when it begins; fewer if negative
     * @param least the least that this has been until then
     */
    record Code(CodeBlob blob, int pushed, int least) {}

    /** Code that counts its instructions. */
    private final class Emission {
        private final Assembler a = new Assembler();
        private final int at;
        private int count;
        private int pushed;
        private int least;
        private int pushedThen;
        private int leastThen;

        Emission(int at) {
            this.at = at;
        }

        int emit(int depth) {
            ops(ops, depth);
            tick();
            a.jmp(a.external(ARRIVAL));
            return count;
        }

        private void tick() {
            if (count == at) {
                a.lea(rsp, ptr(rsp, -abi.stack().interruptSkip()));
                a.call(a.external(PREEMPT)); // pushes where it goes on
                pushedThen = pushed;
                leastThen = least;
            }
            count++;
        }

        private int ops(List<StackOp> list, int before) {
            int depth = before;
            for (StackOp op : list) {
                if (op instanceof StackOp.Push push && !isCarrier(push.register())) {
                    tick();
                    a.push(push.register());
                    pushed++;
                    depth++;
                } else if (op instanceof StackOp.Pop pop && depth > 0 && !isFixed(pop.register())) {
                    tick();
                    a.pop(pop.register());
                    pushed--;
                    least = Math.min(least, pushed);
                    depth--;
                } else if (op instanceof StackOp.Spill spill && spills(spill)) {
                    tick();
                    a.mov(qword(rsp, -abi.stack().redZone()), spill.from());
                    tick();
                    a.mov(spill.to(), qword(rsp, -abi.stack().redZone()));
                } else if (op instanceof StackOp.Call call) {
                    call(call);
                }
            }
            return depth;
        }

        private void call(StackOp.Call call) {
            Label function = a.label("function");
            Label over = a.label("over");
            tick();
            a.call(function);
            tick();
            a.jmp(over);
            a.bind(function);
            pushed++;
            int left = ops(call.inner(), 0);
            tick();
            a.lea(rsp, ptr(rsp, 8 * left));
            pushed -= left;
            tick();
            a.ret();
            pushed--;
            a.bind(over);
        }
    }

    private boolean spills(StackOp.Spill spill) {
        return abi.stack().redZone() > 0 && !isFixed(spill.to()) && !isCarrier(spill.from());
    }

    /**
     * Does the same to a state and to what is expected of its stack.
     *
     * @return how many words may be popped afterwards
     */
    int model(RegisterState state, Stacks stacks, int depth) {
        return model(ops, state, stacks, depth);
    }

    private int model(List<StackOp> list, RegisterState state, Stacks stacks, int before) {
        int depth = before;
        for (StackOp op : list) {
            long sp = state.get(rsp);
            if (op instanceof StackOp.Push push && !isCarrier(push.register())) {
                stacks.expect(sp - 8, state.get(push.register()));
                state.set(rsp, sp - 8);
                depth++;
            } else if (op instanceof StackOp.Pop pop && depth > 0 && !isFixed(pop.register())) {
                state.set(pop.register(), stacks.expected(sp));
                state.set(rsp, sp + 8);
                depth--;
            } else if (op instanceof StackOp.Spill spill && spills(spill)) {
                state.set(spill.to(), state.get(spill.from()));
            } else if (op instanceof StackOp.Call call) {
                state.set(rsp, sp - 8); // the return address, which nobody looks for
                model(call.inner(), state, stacks, 0);
                state.set(rsp, sp);
            }
        }
        return depth;
    }
}
