// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.testkit.check.Stacks.Window;
import io.trapeze.testkit.oracle.Oracle;
import io.trapeze.testkit.oracle.Role;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.Part;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.CallState.DirectionFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A function in place, which is called as a convention asks and held to what it asks of callees. */
final class FunctionCall {
    private final Ground ground;
    private final String name;
    private final long address;
    private final Abi abi;
    private final long frame;
    private final Oracle oracle;

    /**
     * @param frame what it may take of the stack, in bytes, down to the stack's end
     */
    FunctionCall(Ground ground, String name, long address, Abi abi, long frame) {
        this.ground = ground;
        this.name = name;
        this.address = address;
        this.abi = abi;
        this.frame = frame;
        this.oracle = Oracle.of(abi, Role.CALLEE, SaveSet.SSE);
    }

    /**
     * Calls it with all registers as a state has them, but for those that the convention gives a meaning: RSP, arguments, pinned
     * and zero registers, DF, an x87 stack that is empty. Exceptions are masked, as when a program starts, so that it may calculate.
     *
     * @param random makes what lies on the stacks
     * @throws StoppedRun if it does not return
     */
    Called call(RegisterState before, Random random, long... arguments) {
        World world = ground.world();
        Scene scene = new Scene(world, abi, random);
        world.stacks().randomize(random);
        RegisterState in = world.memory().entry();
        in.set(before);
        in.maskExceptions();
        in.quieten(Part.X87_TAGS);
        long cleared = RegisterState.ALIGNMENT_CHECK | RegisterState.TRAP;
        cleared |= abi.calls().directionFlag() == DirectionFlag.CLEAR ? RegisterState.DIRECTION : 0;
        in.setFlags(in.flags() & ~cleared);
        scene.zeroWhereItIsZero(in);
        long entry = scene.enter(world.stacks().goroutineTop(), arguments);
        world.stacks().put(entry, ground.arrival(abi));
        RegisterState called = in.copy();
        ground.run(abi, address);
        RegisterState after = world.memory().arrival().copy();
        return new Called(name, abi, called, after, true, broken(scene, called, after, arguments.length));
    }

    /** Returns what came of a call that did not come to its end. */
    Called stopped(StoppedRun run) {
        RegisterState in = ground.world().memory().entry().copy();
        return new Called(name, abi, in, in, false, List.of(run.difference()));
    }

    private List<Difference> broken(Scene scene, RegisterState in, RegisterState back, int arguments) {
        String after = "after " + name;
        Stacks stacks = ground.world().stacks();
        long entry = in.get(rsp);
        List<Difference> broken = new ArrayList<>(oracle.differences(after, in, back));
        note(
                broken,
                () -> Expect.equal(
                        after, "rsp", entry + 8, back.get(rsp), "a function leaves RSP above its return address"));
        note(broken, () -> scene.assertZero(after, back));
        note(broken, () -> scene.assertDirection(after, back));
        long low = Math.max(stacks.bottom(), entry - frame);
        note(
                broken,
                () -> stacks.requireUntouchedBut(
                        List.of(new Window(Stacks.GOROUTINE, low, entry + 8 + scene.calleesBytes(arguments)))));
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
