// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import static io.trapeze.emitter.operand.Registers.rsp;

import io.trapeze.testkit.capsule.Ground;
import io.trapeze.testkit.capsule.ProbeMemory;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import java.util.List;
import java.util.Random;

/** Two threads that take turns in running a goroutine, each with a g0 and a thread block of its own, and the one whose turn it is. */
final class Carriers {
    /** Bytes from one carrier's Gobuf of g0 to the other's, and from the top of one's stack down to the other's. */
    private static final int GOBUFS_APART = 4096;

    private static final long STACKS_APART = 6 * 1024;

    private final Abi abi;
    private final CallRules calls;
    private final Ground ground;
    private final ProbeMemory memory;
    private final Stacks stacks;
    private Scene scene;
    private int current;

    Carriers(Runner runner, Abi abi) {
        this.abi = abi;
        this.calls = new CallRules(abi);
        this.ground = runner.ground();
        this.memory = runner.world().memory();
        this.stacks = runner.world().stacks();
        this.scene = new Scene(runner.world(), abi, new Random(0));
    }

    /** Gives stacks, Gobufs and thread blocks random values; it is the first one's turn. */
    void begin(Scene another, Random random) {
        scene = another;
        current = 0;
        for (int number : List.of(1, 0)) {
            memory.useThreadBlock(number);
            scene.randomize();
        }
        for (int number : List.of(0, 1)) {
            scene.fillGobuf(gobuf(number), top(number) - random.nextInt(64), random.nextLong());
        }
    }

    /** Lets the other one go on, in another thread. */
    void hop() {
        ground.hop();
        current = 1 - current;
        memory.useThreadBlock(current);
    }

    private static int gobuf(int number) {
        return Scene.G0 + number * GOBUFS_APART;
    }

    private long top(int number) {
        return stacks.g0Top() - number * STACKS_APART;
    }

    /** Where the Gobuf of its g0 is. */
    int gobuf() {
        return gobuf(current);
    }

    /** The top of its g0's stack. */
    long top() {
        return top(current);
    }

    /** Where its g0 goes on. */
    long sp() {
        return scene.word(gobuf() + Gobuf.SP);
    }

    /** What of both g0s' stacks may change while a goroutine runs. */
    Stacks.Window free() {
        return new Stacks.Window(Stacks.G0, stacks.middle(), scene.word(gobuf(0) + Gobuf.SP));
    }

    private long m() {
        return 0x6D00_0000_0000_0000L + current;
    }

    /** Puts it where it is pinned. */
    void pin(RegisterState state) {
        abi.pinned().m().ifPresent(m -> state.set(m, m()));
    }

    /** Puts its g0 where the goroutine that runs is pinned. */
    void pinG0(RegisterState state) {
        abi.pinned().g().ifPresent(g -> state.set(g, scene.word(gobuf() + Gobuf.G)));
    }

    /** Requires it where it is pinned. */
    void assertPinned(String where, RegisterState state) {
        abi.pinned().m().ifPresent(m -> Expect.equal(where, m.name(), m(), state.get(m), AbiField.PINNED_M.is(m)));
    }

    /** Requires what is so when a function is entered on its g0's stack. */
    void assertEntered(String where, RegisterState state, String rule) {
        calls.requireOnStack(where, state.get(rsp), sp(), rule);
        calls.requireFit(where, state.get(rsp), sp(), 1);
        calls.requirePinned(where, memory.entry(), state, scene.word(gobuf() + Gobuf.G));
        calls.requireZero(where, state);
        calls.requireDirection(where, state);
        calls.requireBounds(where, scene.bounds(gobuf()), memory.boundsAtArrival());
    }
}
