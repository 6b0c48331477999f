// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.host.Host;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.testkit.wine.WindowsProcess;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The probes of a Windows host, with the thread block of a real thread, and the same checks as everywhere. */
@DisplayName("In a Windows process under Wine, a check")
class WineProbeTest {
    private static final int TRIES = 40;

    private final WindowsProcess process = WindowsProcess.start();

    @AfterEach
    void end() {
        process.close();
    }

    private Ground ground() {
        return ThisProcess.open(process.memory(), Abi.WIN64, ThreadBlocks.FIELDS, process::call);
    }

    @Test
    void passesThePrimitivesOfWin64() {
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        try (Check check = Check.on(ground(), seed -> {})) {
            for (Primitive primitive : Primitive.values()) {
                Verdict verdict = check.of(Subject.of(primitive, Abi.WIN64, widest), TRIES, 1);
                assertThat(verdict).as(primitive.symbol()).isInstanceOf(Verdict.Passed.class);
            }
        }
    }

    @Test
    void playsSequencesOfWin64() {
        try (Switching switching = Switching.on(this::ground, Abi.WIN64, SaveSet.SSE_X87, Map.of())) {
            assertThat(switching.play(new CallSequences(6), TRIES, 1).broken()).isEmpty();
        }
    }

    @Test
    void namesWhatAFunctionForgets() {
        try (Check check = Check.on(ground(), seed -> {})) {
            assertThat(found(check, "xor esi, esi")).isEqualTo("rsi");
            assertThat(found(check, "xorps xmm9, xmm9")).isEqualTo("xmm9");
            assertThat(found(check, "mov qword ptr gs:[0x10], rcx")).isEqualTo("StackLimit");
        }
    }

    private static String found(Check check, String wrong) {
        Verdict verdict =
                check.ofFunction(Assembler.parse(".globl f\nf: " + wrong + "\n ret"), "f", Abi.WIN64, TRIES, 1);
        return verdict instanceof Verdict.Failed failed ? failed.difference().register() : "nothing";
    }
}
