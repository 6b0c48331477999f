// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.Placed;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.capsule.ProbeMemory.Step;
import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Runs a primitive and holds it to its description: what is preserved comes back, whatever the other side did to
 * everything else, and nothing is written where nobody may write.
 */
final class PrimitiveTrial implements Trial {
    /** Of so many cases about one goes step by step. */
    private static final int STEPPED = 16;

    private final Subject subject;
    private final Abi abi;
    private final CallRules calls;
    private final SaveSet set;
    private final Runner runner;
    private final Ground ground;
    private final World world;
    private final ProbeMemory memory;
    private final Stacks stacks;
    private final Oracle switched;
    private final long arrival;
    private final long callee;
    private final Placed code;
    private final Optional<Placed> gogo;

    PrimitiveTrial(Runner runner, Subject subject) {
        this.subject = subject;
        this.abi = subject.abi();
        this.calls = new CallRules(abi);
        this.set = subject.saveSet();
        this.runner = runner;
        this.ground = runner.ground();
        this.world = runner.world();
        this.memory = world.memory();
        this.stacks = world.stacks();
        this.switched = Oracle.of(abi, Role.SWITCH, set);
        this.arrival = ground.probe(abi).address("arrival");
        this.callee = ground.probe(abi).address("callee");
        this.code = ground.place(subject.code(), Map.of(AsyncPreempt.CALLEE, callee));
        this.gogo = subject.primitive() == Primitive.MCALL
                ? Optional.of(ground.place(Gogo.emit(abi), Map.of()))
                : Optional.empty();
    }

    @Override
    public void run(Case tried) {
        Random random = new Random(tried.seed());
        Scene scene = new Scene(world, abi, random);
        switch (subject.primitive()) {
            case GOGO -> gogo(tried, random, scene);
            case MCALL -> mcall(tried, random, scene);
            case SYSTEMSTACK -> systemstack(tried, random, scene);
            case ASYNC_PREEMPT -> asyncPreempt(tried, random, scene);
        }
    }

    private long entry() {
        return code.address(subject.primitive().symbol());
    }

    private static UnaryOperator<String> rules(Oracle oracle) {
        return register -> oracle.about(register).orElse("rsp");
    }

    /**
     * Runs a switch, some cases step by step: whatever interrupts it must find a stack, and the thread block must name it.
     *
     * @param bounds of the stack that it goes to
     */
    private void run(long target, Case tried, List<Long> bounds) {
        run(target, tried, bounds, List.of());
    }

    /**
     * Runs a switch that comes back, likewise.
     *
     * @param back the bounds of the stack that it comes back to
     */
    private void run(long target, Case tried, List<Long> bounds, List<Long> back) {
        boolean stepping = ground.steps() && tried.seed() % STEPPED == 0;
        if (!stepping) {
            runner.run(abi, target);
            return;
        }
        boolean onG0 = stacks.areG0sAt(memory.entry().get(rsp));
        memory.startStepping();
        try {
            runner.run(abi, target);
        } finally {
            boolean left = false;
            boolean returned = false;
            for (Step step : memory.stopStepping()) {
                boolean within = code.contains(step.rip());
                returned |= within && left;
                left |= !within;
                if (within) {
                    assertInterruptible(step, returned != onG0, returned ? back : bounds);
                }
            }
        }
    }

    private void assertInterruptible(Step step, boolean wasOnG0, List<Long> bounds) {
        boolean switched = stacks.areG0sAt(step.rsp()) != wasOnG0;
        if (!stacks.contain(step.rsp()) || switched && !bounds.equals(step.bounds())) {
            String where = "before " + code.place(step.rip());
            Expect.that(
                    where,
                    "rsp",
                    stacks.contain(step.rsp()),
                    "an interrupt may come anywhere, and takes the stack below rsp");
            calls.requireBounds(where, bounds, step.bounds());
        }
    }

    private void gogo(Case tried, Random random, Scene scene) {
        scene.randomize();
        long sp = stacks.goroutineTop() - 8L * random.nextInt(16);
        scene.fillGobuf(Scene.SCHED, sp, arrival);
        resume("after gogo", code, tried, random, scene);
        RegisterState now = memory.arrival();
        Expect.same("after gogo", scene.saved(Scene.SCHED), switched.values(now), rules(switched));
        Expect.equal("after gogo", "rsp", sp, now.get(rsp), "gogo: rsp comes from the Gobuf");
        calls.requireBounds("after gogo", scene.bounds(Scene.SCHED), memory.boundsAtArrival());
    }

    /** Enters gogo from g0's stack, with random registers, and checks what does not depend on the goroutine. */
    private void resume(String where, Placed gogo, Case tried, Random random, Scene scene) {
        byte[] sched = scene.gobuf(Scene.SCHED);
        RegisterStates.fill(memory.entry(), random);
        if (subject.primitive() == Primitive.GOGO) {
            scene.quieten(tried.quiet(), ground.widest());
            sched = scene.gobuf(Scene.SCHED);
        }
        scene.enter(stacks.g0Top(), scene.address(Scene.SCHED));
        run(gogo.address("gogo"), tried, scene.bounds(Scene.SCHED));
        calls.requirePinned(where, memory.entry(), memory.arrival(), scene.word(Scene.SCHED + Gobuf.G));
        calls.requireZero(where, memory.arrival());
        calls.requireDirection(where, memory.arrival());
        Expect.equal(where, "the Gobuf", sched, scene.gobuf(Scene.SCHED), "gogo: it only reads the Gobuf");
        stacks.requireUntouchedBut(List.of());
    }

    private void mcall(Case tried, Random random, Scene scene) {
        scene.randomize();
        long g0sp = stacks.g0Top() - random.nextInt(64);
        scene.fillGobuf(Scene.G0, g0sp, random.nextLong());
        List<Long> bounds = scene.bounds();
        RegisterStates.fill(memory.entry(), random);
        scene.quieten(tried.quiet(), ground.widest());
        byte[] g0 = scene.gobuf(Scene.G0);
        long entry = scene.enter(
                stacks.goroutineTop(), Scene.G, scene.address(Scene.SCHED), scene.address(Scene.G0), arrival);
        stacks.put(entry, arrival);
        run(entry(), tried, scene.bounds(Scene.G0));

        RegisterState fn = memory.arrival();
        Map<String, String> before = switched.values(memory.entry());
        Expect.equal("in fn", "its argument", Scene.G, scene.firstArgument(fn), "mcall: fn gets g");
        calls.requireOnStack("in fn", fn.get(rsp), g0sp, "mcall: fn runs on g0's stack");
        calls.requireFit("in fn", fn.get(rsp), g0sp, 1);
        calls.requirePinned("in fn", memory.entry(), fn, scene.word(Scene.G0 + Gobuf.G));
        calls.requireZero("in fn", fn);
        calls.requireDirection("in fn", fn);
        if (abi.preservesRbp()) {
            long frame = scene.word(Scene.G0 + Gobuf.BP);
            Expect.equal("in fn", "rbp", frame, fn.get(rbp), "mcall: fn has g0's frame");
        }
        calls.requireBounds("in fn", scene.bounds(Scene.G0), memory.boundsAtArrival());
        Expect.same("saved by mcall", before, scene.saved(Scene.SCHED), rules(switched));
        saved("sp", entry + 8, scene.word(Scene.SCHED + Gobuf.SP));
        saved("pc", arrival, scene.word(Scene.SCHED + Gobuf.PC));
        saved("g", Scene.G, scene.word(Scene.SCHED + Gobuf.G));
        calls.requireBounds("saved by mcall", bounds, scene.bounds(Scene.SCHED));
        Expect.equal("in fn", "g0's Gobuf", g0, scene.gobuf(Scene.G0), "mcall: it only reads g0's Gobuf");
        stacks.requireUntouchedBut(List.of(new Window(Stacks.G0, fn.get(rsp), g0sp)));

        stacks.randomize(random);
        resume("after mcall and gogo", gogo.orElseThrow(), tried, random, scene);
        RegisterState back = memory.arrival();
        Expect.same("after mcall and gogo", before, switched.values(back), rules(switched));
        Expect.equal("after mcall and gogo", "rsp", entry + 8, back.get(rsp), "mcall: it returns behind its call");
        calls.requireBounds("after mcall and gogo", bounds, memory.boundsAtArrival());
    }

    private static void saved(String field, long expected, long found) {
        Expect.equal("saved by mcall", "Gobuf." + field, expected, found, "mcall: the Gobuf says where to go on");
    }

    private void systemstack(Case tried, Random random, Scene scene) {
        Oracle called = Oracle.of(abi, Role.CALLEE, set);
        scene.randomize();
        long g0sp = stacks.g0Top() - random.nextInt(64);
        scene.fillGobuf(Scene.G0, g0sp, random.nextLong());
        List<Long> bounds = scene.bounds();
        long argument = random.nextLong();
        RegisterStates.fill(memory.entry(), random);
        scene.thunkDoesWhatItMay();
        scene.quieten(tried.quiet(), ground.widest());
        byte[] g0 = scene.gobuf(Scene.G0);
        long entry = scene.enter(stacks.goroutineTop(), g0sp, argument, callee, scene.address(Scene.G0));
        stacks.put(entry, arrival);
        run(entry(), tried, scene.bounds(Scene.G0), bounds);

        RegisterState thunk = memory.found();
        String there = "in the thunk";
        Expect.equal(there, "its argument", argument, scene.firstArgumentOfCallee(), "systemstack: it is passed on");
        calls.requireOnStack(there, thunk.get(rsp), g0sp, "systemstack: the thunk runs on g0's stack");
        calls.requireFit(there, thunk.get(rsp), g0sp, 1);
        calls.requirePinned(there, memory.entry(), thunk, scene.word(Scene.G0 + Gobuf.G));
        calls.requireZero(there, thunk);
        calls.requireDirection(there, thunk);
        Expect.equal(there, "rbp", entry - 8, thunk.get(rbp), "systemstack: rbp leads back to the goroutine's frame");
        calls.requireBounds(there, scene.bounds(Scene.G0), memory.boundsInCallee());

        RegisterState back = memory.arrival();
        String after = "after systemstack";
        long result = memory.junk().get(abi.result());
        Expect.equal(
                after, abi.result().name(), result, back.get(abi.result()), "systemstack: the result is passed on");
        Expect.equal(after, "rsp", entry + 8, back.get(rsp), "systemstack: it returns");
        Expect.same(after, called.values(memory.entry()), called.values(back), rules(called));
        calls.requireZero(after, back);
        calls.requireDirection(after, back);
        calls.requireBounds(after, bounds, memory.boundsAtArrival());
        Expect.equal(after, "g0's Gobuf", g0, scene.gobuf(Scene.G0), "systemstack: it only reads g0's Gobuf");
        long kept = 8L * (1 + abi.threadFields().size() + 2);
        stacks.requireUntouchedBut(List.of(
                new Window(Stacks.GOROUTINE, entry - kept, entry),
                new Window(Stacks.G0, thunk.get(rsp) - ProbeMemory.SCRATCHED, g0sp)));
    }

    private void asyncPreempt(Case tried, Random random, Scene scene) {
        Oracle interruption = Oracle.of(abi, Role.PREEMPTION, set);
        int misalignment = random.nextInt(64);
        long interrupted = stacks.goroutineTop() - misalignment;
        long resume = interrupted - abi.stack().interruptSkip() - 8;
        boolean aligned = misalignment % 8 == 0; // with AC set the processor would refuse its own pushes otherwise
        scene.randomize();
        List<Long> bounds = scene.bounds();
        RegisterState in = memory.entry();
        RegisterStates.fill(in, random);
        in.setFlags(in.flags()
                | (random.nextBoolean() ? RegisterState.DIRECTION : 0)
                | (aligned && random.nextBoolean() ? RegisterState.ALIGNMENT_CHECK : 0));
        scene.calleeDoesWhatItLikes();
        List<Long> elsewhere = scene.comeBackOnAnotherThread();
        scene.quieten(tried.quiet(), ground.widest());
        in.set(rsp, resume);
        stacks.put(resume, arrival);
        runner.run(abi, entry());

        RegisterState others = memory.found();
        String there = "in the callee";
        calls.requireFit(there, others.get(rsp), resume, 0);
        calls.requireZero(there, others);
        boolean clears = abi.calls().directionFlag() == DirectionFlag.CLEAR;
        Expect.equal(
                there,
                "DF and AC",
                clears ? 0 : in.flags() & RegisterState.DIRECTION,
                others.flags() & (RegisterState.DIRECTION | RegisterState.ALIGNMENT_CHECK),
                AbiField.CALLS_DIRECTION_FLAG.is(clears ? "clear" : "unspecified"));
        Expect.that(
                there,
                "rsp",
                others.get(rsp) >= interrupted - AsyncPreempt.stackBytes(abi, set),
                "async_preempt: no more stack is taken than announced");
        Expect.that(
                there,
                "x87",
                !set.x87() || others.x87IsFresh(),
                "async_preempt: x87 mode, and nothing in its registers");
        String after = "interrupted " + misalignment + " bytes off a multiple of 64";
        RegisterState back = memory.arrival();
        abi.pinned()
                .m()
                .ifPresent(
                        m -> Expect.equal(after, m.name(), memory.junk().get(m), back.get(m), AbiField.PINNED_M.is(m)));
        Expect.same(after, interruption.values(in), interruption.values(back), rules(interruption));
        Expect.equal(after, "rsp", interrupted, back.get(rsp), "async_preempt: the interrupted code goes on");
        calls.requireBounds(there, bounds, memory.boundsInCallee());
        calls.requireBounds(after, elsewhere, memory.boundsAtArrival());
        scene.requireOldThreadAlone(after);
        stacks.requireUntouched(
                after,
                new Window(Stacks.RED_ZONE, interrupted - abi.stack().redZone(), interrupted),
                AbiField.STACK_RED_ZONE.is(abi.stack().redZone()));
        stacks.requireUntouchedBut(
                List.of(new Window(Stacks.GOROUTINE, others.get(rsp) - ProbeMemory.SCRATCHED, resume)));
    }
}
