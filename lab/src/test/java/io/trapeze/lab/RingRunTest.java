// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.lab.Session.Ending;
import io.trapeze.lab.program.ProgramOptions;
import io.trapeze.lab.program.ProgramReport;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("trapeze run ring --abi")
class RingRunTest {
    private static final ProgramOptions FEW = new ProgramOptions(2, 4, 42);

    static Stream<String> builtIn() {
        return Abi.builtIn().stream().map(Abi::name);
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everythingSurvivesByEachAbiThatIsBuiltIn(String abi) throws InterruptedException {
        ProgramReport report = new RingRun(abi, Omission.NONE, 8_000).of(FEW);
        assertThat(report.failures()).isEmpty();
        assertThat(report.figures()).containsEntry("yields checked", 8_000L);
        assertThat(report.checked()).endsWith("by ABI " + abi);
    }

    @ParameterizedTest
    @CsvSource({
        "sysv, r12, preserved.general: r12",
        "preserve-all, r10, preserved.general: r10",
        "win64, xmm7, preserved.vectors: xmm7"
    })
    void whatIsOmittedIsNamedWithItsRule(String abi, String register, String rule) throws InterruptedException {
        Omission omission = Omission.of(Registers.named(register).orElseThrow());
        ProgramReport report = new RingRun(abi, omission, 8_000).of(FEW);
        assertThat(report.failures())
                .isNotEmpty()
                .allSatisfy(failure ->
                        assertThat(failure).contains(": " + register).endsWith("(ABI " + abi + ", " + rule + ")"));
    }

    @Test
    void onlyRingTakesAnotherAbi() {
        Ending ending = new Session().type("run qsort --abi win64");
        assertThat(ending.exit()).isEqualTo(Exit.USAGE);
        assertThat(ending.err()).contains("only ring runs by another ABI");
    }

    @Test
    void anUnknownAbiIsRefusedWithWhatThereIs() {
        Ending ending = new Session().type("run ring --abi win46");
        assertThat(ending.exit()).isEqualTo(Exit.USAGE);
        assertThat(ending.err()).contains("Did you mean win64?");
    }
}
