// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A function in place, which is called as a convention asks and held to what it asks of callees. */
final class FunctionCall {
    private final Runner runner;
    private final String name;
    private final long address;
    private final Abi abi;
    private final CallRules calls;
    private final long frame;
    private final boolean callsOut;
    private final Oracle oracle;

    /**
     * @param frame what it may take of the stack, in bytes, down to the stack's end
     * @param callsOut whether it may call the probe's callee
     */
    FunctionCall(Runner runner, String name, long address, Abi abi, long frame, boolean callsOut) {
        this.runner = runner;
        this.name = name;
        this.address = address;
        this.abi = abi;
        this.calls = new CallRules(abi);
        this.frame = frame;
        this.callsOut = callsOut;
        this.oracle = Oracle.of(abi, Role.CALLEE, SaveSet.SSE);
    }

    /**
     * Requires that a function begins with code.
     *
     * @throws IllegalArgumentException if there is none where it begins
     */
    static void requireCode(CodeBlob code, String symbol) {
        if (code.offset(symbol) >= code.size()) {
            throw new IllegalArgumentException(
                    "there is no code at " + symbol + ": give it a function, which has at least a `ret`");
        }
    }

    /**
     * Puts a function of a blob where it can run. Symbols that the blob does not define are functions that keep the convention, change
     * all that it lets them change, and come back on another thread where threads can be told apart.
     */
    static FunctionCall place(Runner runner, CodeBlob code, String symbol, Abi abi, long frame) {
        requireCode(code, symbol);
        long callee = runner.ground().probe(abi).address("callee");
        Map<String, Long> externals = new HashMap<>();
        code.relocations().stream().map(Relocation::symbol).forEach(name -> externals.put(name, callee));
        long address = runner.ground().place(code, externals).address(symbol);
        return new FunctionCall(runner, symbol, address, abi, frame, !externals.isEmpty());
    }

    /**
     * Calls it with all registers as a state has them, but for those that the convention gives a meaning: RSP, arguments, pinned
     * and zero registers, DF, an x87 stack that is empty. Exceptions are masked, as when a program starts, so that it may calculate.
     *
     * @param quiet the registers that are quiet whatever the state has, in what it calls as well
     * @param random makes what lies on the stacks
     * @throws StoppedRun if it does not return
     */
    Called call(RegisterState before, Set<String> quiet, Random random, long... arguments) {
        World world = runner.world();
        Scene scene = new Scene(world, abi, random);
        world.stacks().randomize(random);
        RegisterState in = world.memory().entry();
        in.set(before);
        List<Long> bounds = scene.bounds();
        List<Long> elsewhere = callsOut ? scene.comeBackOnAnotherThread() : bounds;
        if (callsOut) {
            scene.thunkDoesWhatItMay();
        }
        scene.quieten(quiet, SaveSet.AVX512_X87);
        in.maskExceptions();
        in.quieten(Part.X87_TAGS);
        calls.clearFlags(in);
        calls.zero(in);
        long entry = scene.enter(world.stacks().goroutineTop(), arguments);
        world.stacks().put(entry, runner.arrival(abi));
        RegisterState called = in.copy();
        try {
            runner.run(abi, address);
        } catch (StoppedRun stopped) {
            List<Difference> wrong = new ArrayList<>();
            requireCall(wrong, entry); // a call that was wrong is the cause, and where it led to is not
            if (wrong.isEmpty()) {
                throw stopped;
            }
            return new Called(name, abi, called, called, false, wrong);
        }
        Part.bases().forEach(base -> called.set(base, in)); // which the probe has noted
        List<Difference> broken = new ArrayList<>();
        boolean moved = requireCall(broken, entry);
        RegisterState after = world.memory().arrival().copy();
        broken.addAll(broken(called, after, arguments.length));
        String where = "after " + name;
        note(
                broken,
                () -> calls.requireBounds(
                        where, moved ? elsewhere : bounds, world.memory().boundsAtArrival()));
        if (moved) {
            note(broken, () -> scene.requireOldThreadAlone(where));
        }
        return new Called(name, abi, called, after, true, broken);
    }

    /** Notes what was wrong with a call out of the function; returns whether there was one. */
    private boolean requireCall(List<Difference> broken, long entry) {
        RegisterState found = runner.world().memory().found();
        boolean made = callsOut && found.get(rsp) != 0;
        if (made) {
            String there = "in what it calls";
            note(broken, () -> calls.requireFit(there, found.get(rsp), entry, 1));
            note(
                    broken,
                    () -> calls.requirePinned(there, runner.world().memory().entry(), found, Scene.G));
            note(broken, () -> calls.requireZero(there, found));
            note(broken, () -> calls.requireDirection(there, found));
            note(broken, () -> calls.requireX87Empty(there, found));
        }
        return made;
    }

    /** Returns what came of a call that did not come to its end. */
    Called stopped(StoppedRun run) {
        RegisterState in = runner.world().memory().entry().copy();
        return new Called(name, abi, in, in, false, List.of(run.difference()));
    }

    private List<Difference> broken(RegisterState in, RegisterState back, int arguments) {
        String after = "after " + name;
        Stacks stacks = runner.world().stacks();
        long entry = in.get(rsp);
        List<Difference> broken = new ArrayList<>(oracle.differences(after, in, back));
        note(
                broken,
                () -> Expect.equal(
                        after, "rsp", entry + 8, back.get(rsp), "a function leaves RSP above its return address"));
        note(broken, () -> calls.requireZero(after, back));
        note(broken, () -> calls.requireDirection(after, back));
        note(broken, () -> calls.requireX87Empty(after, back));
        long low = Math.max(stacks.bottom(), entry - frame);
        note(
                broken,
                () -> stacks.requireUntouchedBut(
                        new Window(Stacks.STACK, low, entry + 8 + calls.calleesBytes(arguments)), entry));
        return broken;
    }

    private static void note(List<Difference> broken, Runnable required) {
        try {
            required.run();
        } catch (BrokenRule e) {
            broken.add(e.difference());
        }
    }
}
