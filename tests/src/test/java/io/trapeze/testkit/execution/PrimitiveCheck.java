// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.testkit.execution.Stacks.Window;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SystemStack;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Runs the primitives of one ABI on this processor and holds them to its description: what is preserved comes back, whatever the
 * other side did to everything else, and nothing is written where nobody may write.
 */
final class PrimitiveCheck {
    private final Bench bench;
    private final Abi abi;
    private final Random random;
    private final Scene scene;
    private final Probe probe;
    private final ProbeMemory memory;
    private final Stacks stacks;

    PrimitiveCheck(Bench bench, Abi abi, Random random) {
        this.bench = bench;
        this.abi = abi;
        this.random = random;
        this.scene = new Scene(bench, abi, random);
        this.probe = bench.probe(abi);
        this.memory = bench.memory();
        this.stacks = bench.stacks();
    }

    /**
     * Runs a primitive a number of times.
     *
     * @throws io.trapeze.trampolines.abi.AbiException if the ABI leaves too few registers for it
     * @throws AssertionError if anything is not as the ABI has it
     */
    void run(Primitive primitive, SaveSet set, int rounds) {
        switch (primitive) {
            case GOGO -> gogo(Gogo.emit(abi), rounds);
            case MCALL -> mcall(rounds);
            case SYSTEMSTACK -> systemstack(rounds);
            case ASYNC_PREEMPT -> asyncPreempt(set, rounds);
        }
    }

    void gogo(CodeBlob blob, int rounds) {
        try (MappedCode gogo = bench.arena().map(blob)) {
            for (int i = 0; i < rounds; i++) {
                scene.randomize();
                long sp = stacks.goroutineTop() - 8L * random.nextInt(16);
                scene.fillGobuf(Scene.SCHED, sp, probe.arrival());
                resume(gogo);
                Expect.equal("after gogo", scene.saved(Scene.SCHED), scene.preserved(memory.arrival()));
                Expect.equal("rsp after gogo", sp, memory.arrival().get(rsp));
                Expect.equal("stack bounds", scene.bounds(Scene.SCHED), memory.boundsAtArrival());
            }
        }
    }

    /** Enters gogo from g0's stack, with random registers, and checks what does not depend on the goroutine. */
    private void resume(MappedCode gogo) {
        byte[] sched = scene.gobuf(Scene.SCHED);
        memory.entry().randomize(random);
        scene.enter(stacks.g0Top(), scene.address(Scene.SCHED));
        probe.run(gogo.address("gogo"));
        scene.assertPinned(memory.arrival(), scene.word(Scene.SCHED + Gobuf.G));
        scene.assertZero("when the goroutine goes on", memory.arrival());
        scene.assertDirection(memory.arrival());
        Expect.equal("the Gobuf", hex(sched), hex(scene.gobuf(Scene.SCHED)));
        stacks.requireUntouchedBut(List.of());
    }

    private void mcall(int rounds) {
        try (MappedCode mcall = bench.arena().map(Mcall.emit(abi));
                MappedCode gogo = bench.arena().map(Gogo.emit(abi))) {
            for (int i = 0; i < rounds; i++) {
                scene.randomize();
                long g0sp = stacks.g0Top() - random.nextInt(64);
                scene.fillGobuf(Scene.G0, g0sp, random.nextLong());
                byte[] g0 = scene.gobuf(Scene.G0);
                List<Long> bounds = scene.bounds();
                memory.entry().randomize(random);
                long entry = scene.enter(
                        stacks.goroutineTop(),
                        Scene.G,
                        scene.address(Scene.SCHED),
                        scene.address(Scene.G0),
                        probe.arrival());
                stacks.put(entry, probe.arrival());
                probe.run(mcall.address("mcall"));

                RegisterState fn = memory.arrival();
                Map<String, Object> before = scene.preserved(memory.entry());
                Expect.equal("g, as fn gets it", Scene.G, scene.firstArgument(fn));
                scene.assertCallIsFit(fn.get(rsp), g0sp, 1);
                scene.assertPinned(fn, scene.word(Scene.G0 + Gobuf.G));
                scene.assertZero("in fn", fn);
                scene.assertDirection(fn);
                if (abi.preservesRbp()) {
                    Expect.equal("rbp in fn", scene.word(Scene.G0 + Gobuf.BP), fn.get(rbp));
                }
                Expect.equal("stack bounds in fn", scene.bounds(Scene.G0), memory.boundsAtArrival());
                Expect.equal("saved sp", entry + 8, scene.word(Scene.SCHED + Gobuf.SP));
                Expect.equal("saved pc", probe.arrival(), scene.word(Scene.SCHED + Gobuf.PC));
                Expect.equal("saved g", Scene.G, scene.word(Scene.SCHED + Gobuf.G));
                Expect.equal("saved by mcall", before, scene.saved(Scene.SCHED));
                Expect.equal("saved stack bounds", bounds, scene.bounds(Scene.SCHED));
                Expect.equal("g0's Gobuf", hex(g0), hex(scene.gobuf(Scene.G0)));
                stacks.requireUntouchedBut(List.of(new Window("g0's stack", fn.get(rsp), g0sp)));

                stacks.randomize(random);
                resume(gogo);
                Expect.equal("after mcall and gogo", before, scene.preserved(memory.arrival()));
                Expect.equal("rsp after resuming", entry + 8, memory.arrival().get(rsp));
                Expect.equal("stack bounds", bounds, memory.boundsAtArrival());
            }
        }
    }

    private void systemstack(int rounds) {
        try (MappedCode systemstack = bench.arena().map(SystemStack.emit(abi))) {
            for (int i = 0; i < rounds; i++) {
                scene.randomize();
                long g0sp = stacks.g0Top() - random.nextInt(64);
                scene.fillGobuf(Scene.G0, g0sp, random.nextLong());
                byte[] g0 = scene.gobuf(Scene.G0);
                List<Long> bounds = scene.bounds();
                long argument = random.nextLong();
                memory.entry().randomize(random);
                scene.thunkDoesWhatItMay();
                long entry =
                        scene.enter(stacks.goroutineTop(), g0sp, argument, probe.callee(), scene.address(Scene.G0));
                stacks.put(entry, probe.arrival());
                probe.run(systemstack.address("systemstack"));

                RegisterState thunk = memory.found();
                Expect.equal("the thunk's argument", argument, scene.firstArgumentOfCallee());
                scene.assertCallIsFit(thunk.get(rsp), g0sp, 1);
                scene.assertPinned(thunk, scene.word(Scene.G0 + Gobuf.G));
                scene.assertZero("in the thunk", thunk);
                scene.assertDirection(thunk);
                Expect.equal("rbp in the thunk: the goroutine's frame", entry - 8, thunk.get(rbp));
                Expect.equal("stack bounds in the thunk", scene.bounds(Scene.G0), memory.boundsInCallee());

                RegisterState back = memory.arrival();
                Expect.equal("result", memory.junk().get(abi.result()), back.get(abi.result()));
                Expect.equal("rsp", entry + 8, back.get(rsp));
                Expect.equal(
                        "after systemstack",
                        scene.preservedByReturning(memory.entry()),
                        scene.preservedByReturning(back));
                scene.assertPinned(back, Scene.G);
                scene.assertZero("afterwards", back);
                Expect.equal("stack bounds", bounds, memory.boundsAtArrival());
                Expect.equal("g0's Gobuf", hex(g0), hex(scene.gobuf(Scene.G0)));
                long kept = 8L * (1 + abi.threadFields().size() + 2);
                stacks.requireUntouchedBut(List.of(
                        new Window("the goroutine's stack", entry - kept, entry),
                        new Window("g0's stack", thunk.get(rsp) - ProbeMemory.SCRATCHED, g0sp)));
            }
        }
    }

    private void asyncPreempt(SaveSet set, int rounds) {
        try (MappedCode trampoline =
                bench.arena().map(AsyncPreempt.emit(abi, set), Map.of(AsyncPreempt.CALLEE, probe.callee()))) {
            int first = random.nextInt(64);
            for (int round = 0; round < rounds; round++) {
                int misalignment = (first + round) % 64;
                long interrupted = stacks.goroutineTop() - misalignment;
                long resume = interrupted - abi.stack().interruptSkip() - 8;
                boolean aligned =
                        misalignment % 8 == 0; // with AC set the processor would refuse its own pushes otherwise
                scene.randomize();
                List<Long> bounds = scene.bounds();
                RegisterState in = memory.entry();
                in.randomize(random);
                in.setFlags(in.flags()
                        | (random.nextBoolean() ? RegisterState.DIRECTION : 0)
                        | (aligned && random.nextBoolean() ? RegisterState.ALIGNMENT_CHECK : 0));
                in.set(rsp, resume);
                scene.calleeDoesWhatItLikes();
                stacks.put(resume, probe.arrival());
                probe.run(trampoline.address("async_preempt"));

                RegisterState others = memory.found();
                scene.assertCallIsFit(others.get(rsp), resume, 0);
                scene.assertZero("in the callee", others);
                boolean clears = abi.calls().directionFlag() == DirectionFlag.CLEAR;
                Expect.equal(
                        "DF and AC in the callee",
                        clears ? 0 : in.flags() & RegisterState.DIRECTION,
                        others.flags() & (RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK));
                Expect.that(
                        "no more stack is taken than announced",
                        others.get(rsp) >= interrupted - AsyncPreempt.stackBytes(abi, set));
                Expect.that("x87 mode, and nothing in it", !set.x87() || others.x87IsFresh());
                Optional<IndexReg> m = abi.pinned().m();
                m.ifPresent(register -> in.set(register, memory.junk().get(register)));
                in.set(rsp, interrupted);
                Expect.equal(
                        "interrupted " + misalignment + " bytes off",
                        in.values(set),
                        memory.arrival().values(set));
                Expect.equal("stack bounds in the callee", bounds, memory.boundsInCallee());
                Expect.equal("stack bounds", bounds, memory.boundsAtArrival());
                stacks.requireUntouchedBut(
                        List.of(new Window("the frame", others.get(rsp) - ProbeMemory.SCRATCHED, resume)));
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
