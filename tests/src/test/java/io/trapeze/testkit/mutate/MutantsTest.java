// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.trampolines.AsyncPreempt;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Mutants")
class MutantsTest {
    private static final int TRIES = 1_000;
    private static final int SLICE = 400;
    private static final SaveSet[] ONE = {SaveSet.SSE};

    private static List<Subject> subjects(SaveSet widest) {
        List<Subject> subjects = new ArrayList<>();
        for (Abi abi : Abi.builtIn()) {
            for (Primitive primitive : Primitive.values()) {
                for (SaveSet set : primitive == Primitive.ASYNC_PREEMPT ? SaveSet.values() : ONE) {
                    subjects.add(Subject.of(primitive, abi, set));
                }
            }
        }
        subjects.removeIf(subject -> !subject.needs().fits(widest));
        return subjects;
    }

    @Test
    void areThousandsAndNoneIsTheRightCode() {
        List<Mutant> all = new ArrayList<>();
        for (Subject subject : subjects(SaveSet.AVX512_X87)) {
            List<Mutant> mutants = Mutants.of(subject);
            assertThat(mutants)
                    .allMatch(m -> m.fault() == Fault.REMOVED && m.change().startsWith("call ")
                            || !Arrays.equals(m.code().bytes(), subject.code().bytes()));
            all.addAll(mutants);
        }
        assertThat(all).hasSizeGreaterThan(20_000);
        assertThat(all)
                .extracting(Mutant::fault)
                .containsOnly(Arrays.stream(Fault.values())
                        .filter(fault -> fault != Fault.WRONG_CONDITION) // no primitive has a condition
                        .toArray(Fault[]::new));
    }

    @Test
    void reverseConditionsAndNothingThatLooksLikeThem() {
        CodeBlob conditions = Assembler.parse("""
                gogo:
                    cmovz rax, rbx
                    setb cl
                    jae 1f
                    jrcxz 1f
                    jmp rax
                1:  ret
                """);
        List<String> reversed =
                Mutants.of(Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE).with(conditions)).stream()
                        .filter(m -> m.fault() == Fault.WRONG_CONDITION)
                        .map(m -> CodeBlob.disassemble("changed", m.code().bytes()).instructions().stream()
                                .map(i -> i.form().orElseThrow().mnemonic())
                                .limit(3)
                                .collect(Collectors.joining(" ")))
                        .toList();
        assertThat(reversed).containsExactly("cmovne setb jae", "cmove setae jae", "cmove setb jb");
    }

    @Test
    void keepTheCallsOfOtherFunctions() {
        Subject preempt = Subject.of(Primitive.ASYNC_PREEMPT, Abi.SYSTEM_V, SaveSet.SSE);
        List<Mutant> mutants = Mutants.of(preempt);
        List<CodeBlob> without = mutants.stream()
                .map(Mutant::code)
                .filter(code -> code.relocations().isEmpty())
                .toList();
        assertThat(without).hasSize(1); // that in which the call itself is gone
        assertThat(mutants)
                .filteredOn(m -> m.fault() == Fault.WRONG_SLOT)
                .isNotEmpty()
                .allMatch(m -> m.code().relocations().equals(preempt.code().relocations()))
                .allMatch(m -> m.code().relocations().get(0).symbol().equals(AsyncPreempt.CALLEE));
    }

    @Test
    void areFoundByTheCheckOrDoWhatTheRightCodeDoes() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
        record Wrong(Subject subject, Mutant mutant) {}
        List<Wrong> all = new ArrayList<>();
        subjects(SaveSet.widest(Host.detect().cpu().xcr0()))
                .forEach(s -> Mutants.of(s).forEach(m -> all.add(new Wrong(s, m))));
        long slice = Long.getLong("slice", ThreadLocalRandom.current().nextLong(1_000_000_000));
        Collections.shuffle(all, new Random(slice));
        try (Check check = Check.open()) {
            List<String> survivors = new ArrayList<>();
            int equivalent = 0;
            for (Wrong wrong : all.subList(0, SLICE)) {
                boolean same = Equivalence.of(wrong.subject(), wrong.mutant()).isPresent();
                int tries = same ? 20 : TRIES;
                Verdict verdict = check.of(wrong.subject().with(wrong.mutant().code()), tries, slice);
                if (verdict.passed() && !same) {
                    survivors.add(wrong.subject().name() + ": " + wrong.mutant());
                }
                equivalent += verdict.passed() && same ? 1 : 0;
            }
            System.out.printf(
                    "slice %d: %,d of %,d mutants, %d of them equivalent%n", slice, SLICE, all.size(), equivalent);
            assertThat(survivors).as("-Dslice=%d takes these again", slice).isEmpty();
        }
    }
}
