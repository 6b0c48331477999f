// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ArgumentRules;
import io.trapeze.trampolines.abi.CallState;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.GrowthCheck;
import io.trapeze.trampolines.abi.PinnedRegisters;
import io.trapeze.trampolines.abi.PreservedSet;
import io.trapeze.trampolines.abi.PreservedVector;
import io.trapeze.trampolines.abi.ResultRules;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Conventions that nobody uses, made from a seed. */
public final class AnyAbi {
    private static final List<IndexReg> GENERAL =
            List.of(rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15);

    private AnyAbi() {}

    /** Returns one with the name {@code name}; the same for the same seed. */
    public static Abi of(String name, long seed) {
        Random random = new Random(seed);
        List<IndexReg> order = new ArrayList<>(GENERAL);
        Collections.shuffle(order, random);
        List<IndexReg> preserved = order.subList(0, random.nextInt(8));
        List<IndexReg> rest = order.subList(preserved.size(), order.size());
        List<IndexReg> integer = rest.subList(0, random.nextInt(6));
        IndexReg result = rest.get(random.nextInt(rest.size()));
        PreservedSet set = PreservedSet.NONE
                .withGeneral(preserved.stream().filter(r -> r != rbp).toArray(IndexReg[]::new))
                .withRbp(preserved.contains(rbp))
                .withVectors(vectors(random));
        Abi abi = new Abi(
                name,
                new ArgumentRules(integer, List.of(), false),
                new ResultRules(List.of(result), List.of()),
                random.nextInt(3) == 0 ? set.withMasks(k1, k5) : set,
                new ControlWords(random.nextBoolean(), random.nextBoolean()),
                CallState.USUAL,
                stack(random),
                random.nextInt(3) == 0 ? new GrowthCheck.Probe(256) : GrowthCheck.NONE,
                PinnedRegisters.NONE,
                threadBlock(random));
        List<IndexReg> free = rest.subList(integer.size(), rest.size()).stream()
                .filter(r -> r != result && r != rbp)
                .toList();
        return random.nextInt(3) == 0 && free.size() > 6
                ? abi.with(PinnedRegisters.NONE.withG(free.get(0)).withM(free.get(1)))
                        .with(abi.calls().withZero(free.get(2)))
                : abi;
    }

    private static List<PreservedVector> vectors(Random random) {
        List<PreservedVector> vectors = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            if (random.nextInt(4) == 0) {
                vectors.add(new PreservedVector(i, 64 << random.nextInt(4)));
            }
        }
        return vectors;
    }

    private static StackRules stack(Random random) {
        int redZone = 8 * random.nextInt(17);
        int skip = redZone + 8 * random.nextInt(15);
        boolean machineFrames = skip - redZone >= 24 && random.nextBoolean();
        int shadow = random.nextBoolean() ? 8 * random.nextInt(17) : 0;
        return new StackRules(8 << random.nextInt(4), shadow, random.nextInt(3) == 0, redZone, skip, machineFrames);
    }

    private static Optional<ThreadBlock> threadBlock(Random random) {
        List<ThreadBlock.Field> fields = new ArrayList<>();
        for (String name : List.of("Top", "Bottom", "Reserve")) {
            if (random.nextInt(3) == 0) {
                fields.add(new ThreadBlock.Field(name, 64 * fields.size() + 8 * random.nextInt(8)));
            }
        }
        return fields.isEmpty()
                ? Optional.empty()
                : Optional.of(new ThreadBlock(random.nextBoolean() ? Segment.FS : Segment.GS, fields));
    }
}
