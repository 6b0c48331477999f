// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.abi;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.operand.Xmm;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ControlWords;
import io.trapeze.trampolines.abi.StackRules;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
        List<Xmm> vectors = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            if (random.nextInt(4) == 0) {
                vectors.add(xmm(i));
            }
        }
        return Substitution.with(
                Abi.SYSTEM_V,
                Map.of(
                        "name", name,
                        "integerArguments", rest.subList(0, random.nextInt(6)),
                        "result", rest.get(random.nextInt(rest.size())),
                        "preservedGeneral",
                                preserved.stream().filter(r -> r != rbp).toList(),
                        "preservesRbp", preserved.contains(rbp),
                        "preservedVectors", vectors,
                        "controlWords", new ControlWords(random.nextBoolean(), random.nextBoolean()),
                        "stack", stack(random),
                        "threadBlock", threadBlock(random)));
    }

    private static StackRules stack(Random random) {
        int redZone = 8 * random.nextInt(17);
        int skip = redZone + 8 * random.nextInt(15);
        boolean machineFrames = skip - redZone >= 24 && random.nextBoolean();
        int shadow = random.nextBoolean() ? 8 * random.nextInt(17) : 0;
        return new StackRules(16 << random.nextInt(3), shadow, redZone, skip, machineFrames);
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
