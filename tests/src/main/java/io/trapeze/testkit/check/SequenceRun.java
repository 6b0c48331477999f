// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.sequence.Step;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Plays a sequence: what a goroutine does in between, and what others do meanwhile, is decided here; the stretches of code
 * from one decision to the next run as a whole, with memory as the one before left it.
 */
final class SequenceRun {
    private final Abi abi;
    private final CallRules calls;
    private final SaveSet set;
    private final Ground ground;
    private final Runner runner;
    private final ProbeMemory memory;
    private final Stacks stacks;
    private final long arrival;
    private final Map<Primitive, Long> primitives = new EnumMap<>(Primitive.class);
    private final Oracle switched;
    private final Oracle called;
    private final Oracle interruption;
    private final Oracle everything;
    private final Carriers carriers;

    private Random random = new Random(0);
    private Scene scene;
    private RegisterState now = RegisterState.quiet();
    private List<Long> bounds = List.of();
    private String step = "";

    SequenceRun(Runner runner, Abi abi, SaveSet set, Map<Primitive, CodeBlob> code) {
        this.abi = abi;
        this.calls = new CallRules(abi);
        this.set = set;
        this.runner = runner;
        this.ground = runner.ground();
        this.memory = runner.world().memory();
        this.stacks = runner.world().stacks();
        this.scene = new Scene(runner.world(), abi, random);
        this.arrival = runner.arrival(abi);
        code.forEach((primitive, blob) -> primitives.put(
                primitive,
                ground.place(blob, Map.of(AsyncPreempt.CALLEE, arrival)).address(primitive.symbol())));
        this.switched = Oracle.of(abi, Role.SWITCH, set);
        this.called = Oracle.of(abi, Role.CALLEE, set);
        this.interruption = Oracle.of(abi, Role.PREEMPTION, set);
        this.everything = Oracle.of(abi, Role.PREEMPTION, ground.widest().withX87());
        this.carriers = new Carriers(runner, abi);
    }

    /** Returns which step is being played: {@code step 2, yield}. */
    String step() {
        return step;
    }

    /**
     * Plays one.
     *
     * @throws BrokenRule if a step breaks a rule
     * @throws StoppedRun if code does not come to its end
     */
    void play(CallSequence sequence) {
        random = new Random(sequence.others());
        scene = new Scene(runner.world(), abi, random);
        carriers.begin(scene, random);
        bounds = scene.bounds();
        now = sequence.registers().copy();
        now.setFlags(now.flags() & ~(RegisterState.ALIGNMENT_CHECK | RegisterState.TRAP));
        now.set(rsp, stacks.goroutineTop() - 64 - random.nextInt(64)); // code may have any RSP between its calls
        abi.pinned().g().ifPresent(g -> now.set(g, Scene.G));
        carriers.pin(now);
        int mark = ground.mark();
        try {
            perform("step ", sequence.steps());
        } finally {
            ground.forget(mark);
        }
    }

    private void perform(String path, List<Step> steps) {
        int depth = 0;
        for (int i = 0; i < steps.size(); i++) {
            String number = path + (i + 1);
            if (steps.get(i) instanceof Step.Work work) {
                at(number, "work");
                depth = work(work, depth);
            } else if (steps.get(i) instanceof Step.Preempt preempt) {
                at(number, "preempt");
                depth = preempt(number, preempt, depth);
            } else if (steps.get(i) instanceof Step.OnG0 onG0) {
                at(number, "systemstack");
                onG0(number, onG0);
            } else {
                boolean hop = steps.get(i) instanceof Step.Hop;
                at(number, hop ? "hop" : "yield");
                away(hop);
            }
        }
    }

    private void at(String number, String name) {
        step = number + ", " + name;
    }

    private RegisterState go(long target, RegisterState in) {
        memory.entry().set(in);
        runner.run(abi, target);
        return memory.arrival().copy();
    }

    private int work(Step.Work work, int depth) {
        StackProgram program = new StackProgram(abi, work.ops());
        RegisterState expected = now.copy();
        boolean onG0 = now.get(rsp) >= stacks.middle();
        now = go(placed(program.emit(depth, OptionalInt.empty()).blob()), now);
        sameX87(expected);
        int after = program.model(expected, stacks, depth);
        require(step, everything, expected);
        Expect.equal(step, "rsp", expected.get(rsp), now.get(rsp), "what is pushed and popped");
        if (!onG0) {
            requireStacks(now.get(rsp));
        }
        return after;
    }

    private long placed(CodeBlob code) {
        return ground.place(
                        code,
                        Map.of(
                                StackProgram.ARRIVAL,
                                arrival,
                                StackProgram.PREEMPT,
                                primitives.get(Primitive.ASYNC_PREEMPT)))
                .address();
    }

    /** What the registers of x87 were before a run, as the processor stores them. */
    private void sameX87(RegisterState expected) {
        Part.x87().forEach(part -> expected.set(part, memory.entry()));
    }

    private void require(String where, Oracle oracle, RegisterState expected) {
        oracle.differences(where, expected, now).stream().findFirst().ifPresent(difference -> {
            throw new BrokenRule(difference);
        });
    }

    private void requireStacks(long sp) {
        stacks.requireUntouchedBut(List.of(new Window(Stacks.GOROUTINE, stacks.bottom(), sp), carriers.free()));
    }

    /**
     * Puts a call's arguments and return address in place, as the goroutine's code does; but what is zero at calls is not: no
     * primitive relies on it.
     */
    private long call(RegisterState in, long... arguments) {
        calls.clearFlags(in);
        long entry = (in.get(rsp) - calls.calleesBytes(arguments.length)
                        & -abi.stack().alignment())
                - 8;
        scene.place(in, entry, arguments);
        stacks.put(entry, arrival);
        return entry;
    }

    /** Others run, here or elsewhere. */
    private void away(boolean hop) {
        long sp = now.get(rsp);
        RegisterState in = now.copy();
        long entry = call(in, Scene.G, scene.address(Scene.SCHED), scene.address(carriers.gobuf()), arrival);
        RegisterState fn = go(primitives.get(Primitive.MCALL), in);
        String there = step + ", in fn";
        carriers.assertEntered(there, fn, "mcall: fn runs on g0's stack");
        Expect.equal(there, "its argument", Scene.G, scene.firstArgument(fn), "mcall: fn gets g");
        Expect.equal(there, "Gobuf.g", Scene.G, scene.word(Scene.SCHED + Gobuf.G), "mcall: the Gobuf says whose it is");
        if (abi.preservesRbp()) {
            long frame = scene.word(carriers.gobuf() + Gobuf.BP);
            Expect.equal(there, "rbp", frame, fn.get(rbp), "mcall: fn has g0's frame");
        }
        requireStacks(sp);
        others(fn.get(rsp), calls.calleesBytes(1));

        if (hop) {
            carriers.hop();
        }
        RegisterStates.fill(memory.entry(), random);
        carriers.pin(memory.entry());
        scene.enter(carriers.top(), scene.address(Scene.SCHED));
        carriers.pinG0(memory.entry());
        runner.run(abi, primitives.get(Primitive.GOGO));
        now = memory.arrival().copy();
        require(step, switched, in);
        calls.requirePinned(step, memory.entry(), now, Scene.G);
        back(entry, sp);
    }

    /** Requires what is so behind every call, and takes the call's frame off the stack. */
    private void back(long entry, long sp) {
        Expect.equal(step, "rsp", entry + 8, now.get(rsp), "it goes on behind its call");
        calls.requireZero(step, now);
        calls.requireDirection(step, now);
        calls.requireBounds(step, bounds, memory.boundsAtArrival());
        requireStacks(sp);
        now.set(rsp, sp);
    }

    /** Others write what they may: their frames, and what their callers reserve for them. */
    private void others(long sp, int homes) {
        stacks.scribble(sp - ProbeMemory.SCRATCHED, sp, random);
        stacks.scribble(sp + 8, sp + 8 + homes, random);
    }

    private void onG0(String number, Step.OnG0 onG0) {
        if (now.get(rsp) >= stacks.middle()) { //      who is there already calls directly
            RegisterState before = now.copy();
            perform(number + ".", onG0.inner());
            now = before;
            return;
        }
        long sp = now.get(rsp);
        long argument = random.nextLong();
        long g0sp = carriers.sp();
        RegisterState in = now.copy();
        long entry = call(in, g0sp, argument, arrival, scene.address(carriers.gobuf()));
        RegisterState thunk = go(primitives.get(Primitive.SYSTEMSTACK), in);
        Part.bases().forEach(base -> in.set(base, memory.entry())); // which the probe has noted
        String there = step + ", in the thunk";
        carriers.assertEntered(there, thunk, "systemstack: the thunk runs on g0's stack");
        Expect.equal(there, "its argument", argument, scene.firstArgument(thunk), "systemstack: it is passed on");
        Expect.equal(there, "rbp", entry - 8, thunk.get(rbp), "systemstack: rbp leads back to the goroutine's frame");
        long way = stacks.get(thunk.get(rsp));
        now = thunk.copy();
        perform(number + ".", onG0.inner());

        at(number, "systemstack");
        scene.thunkDoesWhatItMay();
        RegisterState leaves = memory.junk().copy();
        leaves.take(thunk, memory.kept());
        leaves.set(rsp, thunk.get(rsp) + 8);
        others(thunk.get(rsp), calls.calleesBytes(1));
        now = go(way, leaves);
        Expect.equal(
                step,
                abi.result().name(),
                leaves.get(abi.result()),
                now.get(abi.result()),
                "systemstack: the result is passed on");
        require(step, called, in);
        back(entry, sp);
    }

    private int preempt(String number, Step.Preempt preempt, int depth) {
        StackProgram program = new StackProgram(abi, preempt.during().ops());
        RegisterState expected = now.copy();
        StackProgram.Code code = program.emit(depth, OptionalInt.of(preempt.at()));
        RegisterState callee = go(placed(code.blob()), now);
        long interrupted = now.get(rsp) - 8L * code.pushed();
        sameX87(expected);
        String there = step + ", in the callee";
        long sp = callee.get(rsp);
        Expect.that(
                there,
                "rsp",
                sp >= stacks.bottom() + ProbeMemory.SCRATCHED && sp < interrupted,
                "async_preempt: it stays on the goroutine's stack");
        calls.requireFit(there, sp, interrupted, 0);
        calls.requireZero(there, callee);
        calls.requireDirection(there, callee);
        calls.requireBounds(there, bounds, memory.boundsAtArrival());
        Expect.that(
                there,
                "x87",
                !set.x87() || callee.x87IsFresh(),
                "async_preempt: x87 mode, and nothing in its registers");
        long way = stacks.get(sp);
        byte[] before = stacks.accept(sp, now.get(rsp) - 8L * code.least()); // what it has written by now
        now = callee.copy();
        perform(number + ".", preempt.meanwhile());

        at(number, "preempt");
        scene.calleeDoesWhatItLikes();
        RegisterState leaves = memory.junk().copy();
        carriers.pin(leaves);
        leaves.set(rsp, sp + 8);
        others(sp, abi.stack().shadow());
        now = go(way, leaves);
        stacks.expect(sp, before);
        int after = program.model(expected, stacks, depth);
        require(step, interruption, expected);
        Expect.equal(step, "rsp", expected.get(rsp), now.get(rsp), "async_preempt: the interrupted code goes on");
        carriers.assertPinned(step, now);
        calls.requireBounds(step, bounds, memory.boundsAtArrival());
        requireStacks(now.get(rsp));
        return after;
    }
}
