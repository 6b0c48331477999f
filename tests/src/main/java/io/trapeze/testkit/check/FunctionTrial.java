// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.check;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.util.Arrays;
import java.util.Random;

/**
 * Calls a function and holds it to what a convention asks of callees.
 *
 * <p>Its first argument is the address of 4 kilobytes of random bytes, the others are numbers from 0 to 64. It may write its
 * stack, the shadow space above its return address, and these bytes. Behind them nothing is mapped, and before them lie bytes that it
 * may not change.
 *
 * @see FunctionCall#place
 */
final class FunctionTrial implements Trial {
    private static final int ARGUMENTS = 6;
    /** What it may take of the stack, in bytes. */
    private static final int FRAME = 4096;

    private final Runner runner;
    private final FunctionCall call;
    private final byte[] before;

    FunctionTrial(Runner runner, CodeBlob function, String symbol, Abi abi) {
        this.runner = runner;
        this.call = FunctionCall.place(runner, function, symbol, abi, FRAME);
        this.before = new byte[(int) runner.world().gobufs().size() - World.LENT_BYTES];
        new Random(1).nextBytes(before);
    }

    @Override
    public void run(Case tried) {
        World world = runner.world();
        Random random = new Random(tried.seed());
        byte[] bytes = new byte[World.LENT_BYTES];
        random.nextBytes(bytes);
        world.lent().putBytes(0, bytes);
        world.gobufs().putBytes(0, before);
        RegisterState in = world.memory().entry();
        RegisterStates.fill(in, random);
        long[] arguments = new long[ARGUMENTS];
        arguments[0] = world.lent().address();
        for (int i = 1; i < ARGUMENTS; i++) {
            arguments[i] = random.nextInt(65);
        }
        Called called = call.call(in.copy(), tried.quiet(), random, arguments);
        called.broken().stream().findFirst().ifPresent(difference -> {
            throw new BrokenRule(difference);
        });
        byte[] now = world.gobufs().getBytes(0, before.length);
        int mismatch = Arrays.mismatch(before, now);
        if (mismatch >= 0) {
            throw new BrokenRule(new Difference(
                    before.length - mismatch + " bytes below what its first argument points to",
                    "memory",
                    "%02x".formatted(before[mismatch]),
                    "%02x".formatted(now[mismatch]),
                    "of memory, only the 4 kilobytes that its first argument points to may change"));
        }
    }
}
