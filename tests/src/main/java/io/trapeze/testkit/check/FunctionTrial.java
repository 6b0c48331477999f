// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.testkit.capsule.Capsule;
import io.trapeze.testkit.capsule.Placed;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Calls a function in a capsule and holds it to what a convention asks of callees.
 *
 * <p>Its first argument is the address of 4 kilobytes of random bytes, the others are numbers from 0 to 64. It may write its
 * stack, the shadow space above its return address, and these bytes. Symbols that it does not define are functions that keep the
 * convention, change all that it lets them change, and come back on another thread where threads can be told apart.
 */
final class FunctionTrial implements Trial {
    private static final int ARGUMENTS = 6;
    /** What it may take of the stack, in bytes. */
    private static final int FRAME = 4096;

    private static final int BYTES = 4096;

    private final Abi abi;
    private final String symbol;
    private final Runner runner;
    private final Placed code;
    private final Oracle oracle;
    private final boolean calls;

    FunctionTrial(Runner runner, CodeBlob function, String symbol, Abi abi) {
        this.abi = abi;
        this.symbol = symbol;
        this.runner = runner;
        long callee = runner.capsule().probe(abi).address("callee");
        Map<String, Long> externals = new HashMap<>();
        function.relocations().stream().map(Relocation::symbol).forEach(name -> externals.put(name, callee));
        this.calls = !externals.isEmpty();
        this.code = runner.capsule().place(function, externals);
        this.oracle = Oracle.of(abi, Role.CALLEE, SaveSet.SSE);
    }

    @Override
    public void run(Case tried) {
        Capsule capsule = runner.capsule();
        World world = runner.world();
        Random random = new Random(tried.seed());
        Scene scene = new Scene(world, abi, random);
        Stacks stacks = world.stacks();
        scene.randomize();
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        world.gobufs().putBytes(0, bytes);
        RegisterState in = world.memory().entry();
        in.randomize(random);
        in.emptyX87();
        List<Long> bounds = scene.bounds();
        List<Long> elsewhere = calls ? scene.comeBackOnAnotherThread() : bounds;
        if (calls) {
            scene.thunkDoesWhatItMay();
        }
        scene.quieten(tried.quiet(), capsule.widest());
        scene.zeroWhereItIsZero(in);
        long[] arguments = new long[ARGUMENTS];
        arguments[0] = world.gobufs().address();
        for (int i = 1; i < ARGUMENTS; i++) {
            arguments[i] = random.nextInt(65);
        }
        long arrival = capsule.probe(abi).address("arrival");
        long entry = scene.enter(stacks.goroutineTop(), arguments);
        stacks.put(entry, arrival);
        world.memory().found().set(rsp, 0);
        try {
            runner.run(abi, code.address(symbol));
        } catch (StoppedRun stopped) {
            assertCall(scene, entry); // a call that was wrong is the cause, and where it led to is not
            throw stopped;
        }
        boolean moved = assertCall(scene, entry);

        String after = "after " + symbol;
        RegisterState back = world.memory().arrival();
        Expect.same(
                after,
                oracle.values(in),
                oracle.values(back),
                register -> oracle.about(register).orElse("rsp"));
        Expect.equal(after, "rsp", entry + 8, back.get(rsp), "a function leaves RSP above its return address");
        scene.assertZero(after, back);
        scene.assertDirection(after, back);
        scene.assertX87IsEmpty(after, back);
        scene.assertBounds(after, moved ? elsewhere : bounds, world.memory().boundsAtArrival());
        if (moved) {
            scene.assertOldThreadIsLeftAlone(after);
        }
        stacks.requireUntouchedBut(
                List.of(new Stacks.Window(Stacks.GOROUTINE, entry - FRAME, entry + 8 + scene.calleesBytes(ARGUMENTS))));
    }

    /** Requires that a call out of the function was as the convention has it, if one was made. */
    private boolean assertCall(Scene scene, long entry) {
        RegisterState called = runner.world().memory().found();
        boolean made = calls && called.get(rsp) != 0;
        if (made) {
            String there = "in what it calls";
            scene.assertCallIsFit(there, called.get(rsp), entry, 1);
            scene.assertPinned(there, called, Scene.G);
            scene.assertZero(there, called);
            scene.assertDirection(there, called);
            scene.assertX87IsEmpty(there, called);
        }
        return made;
    }
}
