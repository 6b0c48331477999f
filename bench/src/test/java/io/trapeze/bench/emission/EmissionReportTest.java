// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.emission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.trapeze.bench.sampling.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EmissionReportTest {
    private static final Conditions CONDITIONS =
            new Conditions("A CPU", 2, OptionalInt.empty(), "Linux 6", "JDK 17", OptionalDouble.empty());
    private static final EmissionReport.FirstBlock FIRST = new EmissionReport.FirstBlock(14, 61, 20);

    /** Ours takes 164 ns a block, Graal's three times and jnr-x86asm nine times as long. */
    private static List<Iteration> iterations() {
        List<Iteration> iterations = new ArrayList<>();
        for (Emitter emitter : Emitter.values()) {
            double ns = emitter == Emitter.GRAAL ? 492 : emitter == Emitter.JNR ? 1476 : 164;
            iterations.add(new Iteration(emitter, ns * 2, 0.003));
            iterations.add(new Iteration(emitter, ns, 0.004));
        }
        return iterations;
    }

    @Test
    void countsNanosecondsByTheInstructionAndBytesByTheBlock() {
        EmissionReport.Row own =
                EmissionReport.of(CONDITIONS, iterations(), FIRST).rows().get(0);
        assertThat(own.minNs()).isCloseTo(4, within(1e-9));
        assertThat(own.medianNs()).isCloseTo(8, within(1e-9));
        assertThat(own.bytes()).isLessThan(1);
        assertThat(own.iterations()).isEqualTo(2);
    }

    @Test
    void judgesEachBarByTheFastestIterations() {
        assertThat(EmissionReport.of(CONDITIONS, iterations(), FIRST).bars())
                .extracting(EmissionReport.Bar::met)
                .containsExactly(true, true, true, true, true, false);
    }

    @Test
    void insistsOnAllEmitters() {
        List<Iteration> lacking = iterations().stream()
                .filter(iteration -> iteration.emitter() != Emitter.JNR)
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmissionReport.of(CONDITIONS, lacking, FIRST))
                .withMessageContaining("JNR was not measured");
    }

    @Test
    void readsTheLinesOfARun() {
        assertThat(Iteration.parse("graal\t512.5\t1560.01")).isEqualTo(new Iteration(Emitter.GRAAL, 512.5, 1560.01));
        assertThatIllegalArgumentException().isThrownBy(() -> Iteration.parse("graal 512"));
        assertThatIllegalArgumentException().isThrownBy(() -> Iteration.parse("iced\t1\t2"));
    }

    @Test
    void countsTheClassesBetweenTheProbeAndItsMarkThatAreNotTheJdks() {
        String log = """
                java.lang.Object source: shared objects file
                io.trapeze.bench.jmh.FirstBlock source: file:/classes/
                io.trapeze.emitter.Assembler source: file:/emitter.jar
                java.util.jar.JarFile source: shared objects file
                java.util.LinkedHashMap$LinkedValues source: jrt:/java.base
                io.trapeze.emitter.Encoder source: file:/emitter.jar
                io.trapeze.bench.jmh.FirstBlock$Finished source: file:/classes/
                java.lang.Shutdown source: shared objects file
                """;
        assertThat(EmissionBench.classes(log)).isEqualTo(2);
        assertThatIllegalStateException().isThrownBy(() -> EmissionBench.classes("nothing"));
    }
}
