// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.trampolines.Gogo;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.RandomAbi;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.SwitchState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A process that runs primitives, case after case, and tells how each fared: see {@link Cases}. A process of its own, because
 * code that is wrong does not throw.
 */
final class PrimitiveRun {
    private static final int ROUNDS = 100;
    private static final int ROUNDS_OF_A_RANDOM_ABI = 2;

    private PrimitiveRun() {}

    /** Takes what is run, a seed, the number of the first case and the number behind the last. */
    public static void main(String[] arguments) {
        Bench bench = Bench.open();
        long seed = Long.parseLong(arguments[1]);
        int end = Integer.parseInt(arguments[3]);
        for (int number = Integer.parseInt(arguments[2]); number < end; number++) {
            Random random = new Random(new SplittableRandom(seed * 1_000_003 + number).nextLong());
            switch (arguments[0]) {
                case "built-in" -> builtIn(bench, number, random);
                case "random" -> random(bench, seed, number, random);
                case "without-r14" -> withoutR14(bench, number, random);
                case "fn-returns" -> fnReturns(bench, number, random);
                default -> throw new IllegalArgumentException("no cases " + arguments[0]);
            }
        }
    }

    private static void builtIn(Bench bench, int number, Random random) {
        BuiltInCase builtIn = BuiltInCase.all(bench.widest()).get(number);
        Cases.run(
                number,
                builtIn.toString(),
                builtIn.abi(),
                () -> new PrimitiveCheck(bench, builtIn.abi(), random)
                        .run(builtIn.primitive(), builtIn.saveSet(), ROUNDS));
    }

    private static void random(Bench bench, long seed, int number, Random random) {
        Abi abi = RandomAbi.draw(random, bench.widest());
        List<SaveSet> sets = Arrays.stream(SaveSet.values())
                .filter(s -> s.fits(bench.widest()))
                .toList();
        SaveSet set = sets.get(random.nextInt(sets.size()));
        Cases.run(number, "random ABI " + number + " of slice " + seed, abi + ", save set " + set.label(), () -> {
            PrimitiveCheck check = new PrimitiveCheck(bench, abi, random);
            for (Primitive primitive : Primitive.values()) {
                try {
                    check.run(primitive, set, ROUNDS_OF_A_RANDOM_ABI);
                } catch (AbiException refused) {
                    Cases.note("refused " + primitive.symbol());
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(primitive.symbol() + ": " + e.getMessage(), e);
                }
            }
        });
    }

    private static void withoutR14(Bench bench, int number, Random random) {
        Cases.run(
                number,
                "gogo that forgets r14",
                "as it should be",
                () -> new PrimitiveCheck(bench, Abi.SYSTEM_V, random).gogo(gogoWithout(r14), ROUNDS));
    }

    private static CodeBlob gogoWithout(IndexReg forgotten) {
        Assembler a = new Assembler();
        a.symbol("gogo");
        Gogo.resume(a, SwitchState.of(Abi.SYSTEM_V).without(forgotten), rdi, rax);
        return a.finish("gogo");
    }

    private static void fnReturns(Bench bench, int number, Random random) {
        Scene scene = new Scene(bench, Abi.SYSTEM_V, random);
        CodeBlob blob = Mcall.emit(Abi.SYSTEM_V);
        MappedCode mcall = bench.arena().map(blob);
        Assembler a = new Assembler();
        a.ret();
        long fn = bench.arena().map(a.finish("fn")).address();
        scene.randomize();
        scene.fillGobuf(Scene.G0, bench.stacks().g0Top(), 0);
        bench.memory().entry().randomize(random);
        scene.enter(bench.stacks().goroutineTop(), Scene.G, scene.address(Scene.SCHED), scene.address(Scene.G0), fn);
        int trap = blob.instructions().get(blob.instructions().size() - 1).offset();
        Cases.run(
                number,
                "a trap at pc=0x%016x".formatted(mcall.address() + trap),
                "as it should be",
                () -> bench.probe(Abi.SYSTEM_V).run(mcall.address()));
    }
}
