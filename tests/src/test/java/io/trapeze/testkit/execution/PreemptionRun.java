// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.SignalStack;
import io.trapeze.runtime.os.Signals;
import io.trapeze.testkit.capsule.Placed;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.testkit.check.Expect;
import io.trapeze.testkit.check.Scene;
import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A process that interrupts {@link LiveBody} at each of its instructions in turn: single-stepped by the trap flag up to there,
 * sent to the trampoline by the handler of SIGTRAP, and compared at its end with a run that nothing interrupted.
 */
final class PreemptionRun {
    private static final int SIGTRAP = 5;
    /** Offsets in {@code ucontext_t} on x86-64 Linux: {@code uc_mcontext.gregs} begins at 40. */
    private static final int UC_RSP = 40 + 15 * 8;

    private static final int UC_RIP = 40 + 16 * 8;
    private static final int UC_FLAGS = 40 + 17 * 8;

    /** Where the handler finds its orders, and counts. */
    private static final int TARGET = 0;

    private static final int DISPLACEMENT = 8;
    private static final int TRAMPOLINE = 16;
    private static final int INTERRUPTED = 24;

    private final Bench bench;
    private final NativeMemory orders;

    private PreemptionRun(Bench bench) {
        this.bench = bench;
        this.orders = NativeMemory.allocate(bench.process().os(), 4096);
        Signals signals = (Signals) bench.process().os().interrupts();
        long bytes = signals.minimumSignalStack() + 65_536 & -65_536;
        NativeMemory stack = NativeMemory.allocate(bench.process().os(), bytes);
        signals.installSignalStack(new SignalStack(stack.address(), bytes));
        Placed handler = bench.process().place(handler(), Map.of());
        signals.installSignalAction(SIGTRAP, SignalAction.handledAt(handler.address()));
    }

    /** Takes anything, a seed, the number of the first case and the number behind the last. */
    public static void main(String[] arguments) {
        PreemptionRun run = new PreemptionRun(Bench.open());
        List<BuiltInCase> cases = cases(run.bench.process().widest());
        int end = Integer.parseInt(arguments[3]);
        for (int number = Integer.parseInt(arguments[2]); number < end; number++) {
            BuiltInCase builtIn = cases.get(number);
            Random random = new Random(new SplittableRandom(Long.parseLong(arguments[1]) + number).nextLong());
            Cases.run(
                    number,
                    builtIn.toString(),
                    builtIn.abi(),
                    () -> run.everywhere(builtIn.abi(), builtIn.saveSet(), random));
        }
    }

    /** The trampolines among the cases that there are. */
    static List<BuiltInCase> cases(SaveSet widest) {
        return BuiltInCase.all(widest).stream()
                .filter(c -> c.primitive() == Primitive.ASYNC_PREEMPT)
                .toList();
    }

    private CodeBlob handler() {
        Assembler a = new Assembler();
        Label done = a.label("done");
        a.symbol("trap_handler");
        a.mov(r8, orders.address());
        a.mov(rax, qword(rdx, UC_RIP));
        a.cmp(rax, qword(r8, TARGET));
        a.jne(done);
        a.inc(qword(r8, INTERRUPTED));
        a.mov(rcx, qword(rdx, UC_RSP));
        a.sub(rcx, qword(r8, DISPLACEMENT));
        a.mov(qword(rcx), rax); // below what an interrupt skips: where the trampoline returns to
        a.mov(qword(rdx, UC_RSP), rcx);
        a.mov(rcx, qword(r8, TRAMPOLINE));
        a.mov(qword(rdx, UC_RIP), rcx);
        a.and(qword(rdx, UC_FLAGS), ~(int) RegisterState.TRAP);
        a.bind(done);
        a.ret();
        return a.finish("trap_handler");
    }

    private void everywhere(Abi abi, SaveSet set, Random random) {
        Scene scene = new Scene(bench.world(), abi, random);
        ThisProcess process = bench.process();
        Placed probe = process.probe(abi);
        ProbeMemory memory = bench.world().memory();
        CodeBlob blob = LiveBody.emit(abi, set, random);
        int mark = process.mark();
        try {
            Placed body = process.place(blob, Map.of("arrival", probe.address("arrival")));
            Placed trampoline =
                    process.place(AsyncPreempt.emit(abi, set), Map.of(AsyncPreempt.CALLEE, probe.address("callee")));
            orders.putLong(DISPLACEMENT, abi.stack().interruptSkip() + 8);
            orders.putLong(TRAMPOLINE, trampoline.address());
            RegisterState in = memory.entry();
            RegisterStates.fill(in, random);
            in.fillX87();
            in.set(rsp, bench.world().stacks().goroutineTop());
            in.setFlags(in.flags() | RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK);
            scene.randomize();
            List<Long> bounds = scene.bounds();
            process.run(abi, body.address());
            UnaryOperator<String> rule = register -> "async_preempt: nothing shows";
            Map<String, String> undisturbed = memory.arrival().values(set);

            List<Instruction> instructions =
                    blob.instructions().subList(1, blob.instructions().size());
            in.setFlags(in.flags() | RegisterState.TRAP);
            for (Instruction instruction : instructions) {
                orders.putLong(TARGET, body.address() + instruction.offset());
                orders.putLong(INTERRUPTED, 0);
                scene.calleeDoesWhatItLikes();
                bench.world().stacks().randomize(random);
                process.run(abi, body.address());
                String where = "interrupted before " + instruction.text() + " at " + instruction.offset();
                Expect.equal(where, "times", 1L, orders.getLong(INTERRUPTED), "it is interrupted once");
                Expect.same(where, undisturbed, memory.arrival().values(set), rule);
                Expect.equal(where, "stack bounds", bounds, memory.boundsAtArrival(), "async_preempt: they stay");
                bench.world()
                        .stacks()
                        .requireUntouchedBut(List.of(new Window(
                                "the goroutine's stack",
                                memory.found().get(rsp) - ProbeMemory.SCRATCHED,
                                bench.world().stacks().goroutineTop())));
            }
            Cases.note(instructions.size() + " instructions");
        } finally {
            process.forget(mark);
        }
    }
}
