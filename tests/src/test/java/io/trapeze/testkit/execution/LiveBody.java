// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.St;
import io.trapeze.trampolines.PreemptFrame;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Code that has a value in every register of a save set, in the flags, in the red zone and on the stack, at each of its
 * instructions.
 *
 * <p>No instruction forgets anything: each could be undone. So whatever is lost anywhere shows in what is there at the end.
 */
final class LiveBody {
    private static final int RED_ZONE_WORDS = 16;

    private final Abi abi;
    private final SaveSet set;
    private final Random random;

    private LiveBody(Abi abi, SaveSet set, Random random) {
        this.abi = abi;
        this.set = set;
        this.random = random;
    }

    /** Emits it as symbol {@code body}; it ends with a jump to the external symbol {@code arrival}. */
    static CodeBlob emit(Abi abi, SaveSet set, Random random) {
        return new LiveBody(abi, set, random).emit();
    }

    private CodeBlob emit() {
        Assembler a = new Assembler();
        a.symbol("body");
        a.nop(); // the processor traps behind an instruction, so this one is not among those that are interrupted
        int words = Math.min(RED_ZONE_WORDS, abi.stack().redZone() / 8);
        for (int i = 1; i <= words; i++) {
            a.mov(qword(rsp, -8 * i), general());
        }
        steps().forEach(step -> step.accept(a));
        for (int i = 1; i <= words; i++) {
            a.xor(general(), qword(rsp, -8 * i));
        }
        for (int i = 0; i < 4; i++) {
            a.push(general());
        }
        a.lahf(); // the flags that calls would not keep
        a.seto(al);
        for (int i = 0; i < 4; i++) {
            Reg64 register = general();
            a.adc(register, qword(rsp));
            a.lea(rsp, qword(rsp, 8));
        }
        a.jmp(a.external("arrival"));
        return a.finish("body");
    }

    private Reg64 general() {
        return PreemptFrame.GENERAL.get(random.nextInt(PreemptFrame.GENERAL.size()));
    }

    /** Every register is changed by another one of its kind, in any order. */
    private List<Consumer<Assembler>> steps() {
        List<Consumer<Assembler>> steps = new ArrayList<>();
        for (Reg64 register : PreemptFrame.GENERAL) {
            steps.add(a -> a.adc(register, other(register)));
            steps.add(a -> a.rcl(register, 1));
            steps.add(a -> a.xchg(register, other(register)));
        }
        for (int i = 0; i < set.vectors(); i++) {
            int to = i;
            int from = (i + 1 + random.nextInt(set.vectors() - 1)) % set.vectors();
            switch (set.vectorBytes()) {
                case 16 -> steps.add(a -> a.sse().paddq(xmm(to), xmm(from)));
                case 32 -> steps.add(a -> a.avx().vpaddq(ymm(to), ymm(to), ymm(from)));
                default -> steps.add(a -> a.avx512().vpaddq(zmm(to), zmm(to), zmm(from)));
            }
        }
        for (int i = 0; i < set.masks(); i++) {
            int to = i;
            steps.add(a -> a.avx512().kaddq(mask(to), mask(to), mask((to + 1) % 8)));
        }
        if (set.x87()) {
            for (St register : List.of(st1, st2, st3, st4, st5, st6, st7)) {
                steps.add(a -> a.x87().fxch(register));
                steps.add(a -> a.x87().fchs());
                steps.add(a -> a.x87().fincstp());
            }
        }
        Collections.shuffle(steps, random);
        return steps;
    }

    private Reg64 other(Reg64 register) {
        Reg64 other = general();
        return other == register ? other(register) : other;
    }
}
