// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Sequences find what the check of each primitive by itself finds. */
class SequencesFindMutantsTest {
    private static final int TRIES = 300;
    private static final int SLICE = Integer.getInteger("mutants", 60);

    private record Wrong(Subject subject, Mutant mutant) {}

    @Test
    void thatDoNotDoWhatTheRightCodeDoes() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
        List<Wrong> all = new ArrayList<>();
        for (Abi abi : Abi.builtIn()) {
            for (Primitive primitive : Primitive.values()) {
                Subject subject = Subject.of(primitive, abi, SaveSet.SSE_X87);
                if (subject.needs().fits(SaveSet.widest(Host.detect().cpu().xcr0()))) {
                    Mutants.of(subject).forEach(mutant -> all.add(new Wrong(subject, mutant)));
                }
            }
        }
        all.removeIf(wrong -> Equivalence.of(wrong.subject(), wrong.mutant()).isPresent());
        long slice = Long.getLong("slice", ThreadLocalRandom.current().nextLong(1_000_000_000));
        Collections.shuffle(all, new Random(slice));
        List<Wrong> tried = all.subList(0, Math.min(SLICE, all.size()));
        List<String> survivors = new ArrayList<>();
        for (Wrong wrong : tried) {
            if (!isFound(wrong, slice)) {
                survivors.add(wrong.subject().name() + ": " + wrong.mutant());
            }
        }
        System.out.printf(
                "slice %d: %,d of %,d mutants found by sequences%n",
                slice, tried.size() - survivors.size(), all.size());
        assertThat(survivors).as("-Dslice=%d takes these again", slice).isEmpty();
    }

    private static boolean isFound(Wrong wrong, long slice) {
        Subject subject = wrong.subject();
        Map<Primitive, CodeBlob> code =
                Map.of(subject.primitive(), wrong.mutant().code());
        try (Switching switching = Switching.of(subject.abi(), subject.saveSet(), code)) {
            return switching.play(new CallSequences(8), TRIES, slice).broken().isPresent();
        }
    }
}
