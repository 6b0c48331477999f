// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.lab.check.MutationReport;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.testkit.mutate.Fate;
import io.trapeze.testkit.mutate.Mutants;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze mutate")
class MutateCommandTest {
    private static void assumeThatCapsulesRun() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
    }

    @Test
    void tellsTheScoreOfEachFault() {
        assumeThatCapsulesRun();
        Session.Ending ending = new Session().type("mutate gogo --abi sysv --tries 100");
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out()).containsPattern("removed +11 +11 +0 +0\n").containsPattern("forgotten +6 +6 +0 +0\n");
        assertThat(ending.exit()).isZero();
    }

    @Test
    void tellsWhichRuleEachMutantBroke() {
        assumeThatCapsulesRun();
        Session.Ending ending = new Session().type("mutate gogo --abi sysv --tries 100 --list");
        assertThat(ending.out())
                .contains(
                        "gogo of sysv: forgotten: r12 is forgotten: killed in try 1 by r12, preserved.general: r12\n");
    }

    @Test
    void countsASurvivorAgainstTheCheckUnlessItIsNoFault() {
        Subject gogo = Subject.of(Primitive.GOGO, Abi.SYSTEM_V, SaveSet.SSE);
        Fate survived = new Fate(gogo, Mutants.of(gogo).get(0), new Verdict.Passed(7), Optional.empty());
        Fate equivalent = new Fate(gogo, Mutants.of(gogo).get(0), new Verdict.Passed(7), Optional.of("no reason"));
        assertThat(MutationReport.of(List.of(survived, equivalent)).complete()).isFalse();
        assertThat(MutationReport.of(List.of(survived, equivalent)).survivors()).hasSize(1);
        assertThat(MutationReport.of(List.of(equivalent)).complete()).isTrue();
    }

    @Test
    void refusesWhatItCannotDo() {
        Session.Ending ending = new Session().type("mutate mcall --tries 0");
        assertThat(ending.err()).startsWith("trapeze: --tries is 0: it takes 1 or more.");
        assertThat(ending.exit()).isEqualTo(2);
    }
}
