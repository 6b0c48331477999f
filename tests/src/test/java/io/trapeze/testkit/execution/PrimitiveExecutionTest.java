// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.host.CpuFeature;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the primitives of both ABIs on this processor. Win64 code runs here as well as on Windows: its thread block is a block of
 * memory that the GS base points to while it runs.
 */
@DisplayName("Executed on this processor,")
class PrimitiveExecutionTest {
    private static final int AT_HWCAP2 = 26;
    private static final int HWCAP2_FSGSBASE = 2;

    @TempDir
    Path folder;

    @BeforeEach
    void onlyWhereCodeRuns() {
        try {
            Platform.current().requireSupported();
        } catch (UnsupportedHostException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "win64"})
    @Tag("S10")
    @Tag("S13")
    @Tag("S14")
    @Tag("S18")
    void gogoResumesWithEveryPreservedRegisterFromTheGobuf(String abi) throws Exception {
        assertAllIsWell("gogo", abi, SaveSet.SSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "win64"})
    @Tag("S12")
    @Tag("S19")
    @Tag("S20")
    @Tag("S21")
    @Tag("S25")
    void mcallSuspendsAndGogoGoesOnBehindTheCall(String abi) throws Exception {
        assertAllIsWell("mcall", abi, SaveSet.SSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "win64"})
    @Tag("S30")
    @Tag("S31")
    @Tag("S32")
    @Tag("S33")
    @Tag("S37")
    @Tag("Sg")
    void systemstackRunsAThunkThatTrashesAllItMay(String abi) throws Exception {
        assertAllIsWell("systemstack", abi, SaveSet.SSE);
    }

    static Stream<Arguments> saveSets() {
        return Stream.of(Abi.SYSTEM_V, Abi.WIN64)
                .flatMap(abi -> Arrays.stream(SaveSet.values()).map(set -> Arguments.of(abi.name(), set)));
    }

    @ParameterizedTest
    @MethodSource("saveSets")
    @Tag("S41")
    @Tag("S43")
    @Tag("S47")
    @Tag("S50")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sb")
    @Tag("Sf")
    void asyncPreemptBringsEverythingBackWhateverTheOthersDid(String abi, SaveSet set) throws Exception {
        SaveSet widest = SaveSet.widest(Host.detect().cpu().xcr0());
        assumeTrue(set.fits(widest), "this processor has no registers for save set " + set.label());
        assertAllIsWell("async_preempt", abi, set);
    }

    @Test
    @Tag("S26")
    void mcallTrapsWhenFnReturns() throws Exception {
        String output = run("fn-returns", "sysv", SaveSet.SSE);
        Matcher expected =
                Pattern.compile("expect SIGILL at (pc=0x\\p{XDigit}{16})").matcher(output);
        assertThat(expected.find()).as(output).isTrue();
        assertThat(output).contains("SIGILL (0x4) at " + expected.group(1)).doesNotContain(PrimitiveRun.DONE);
    }

    @Test
    void aRegisterThatIsForgottenIsNoticed() throws Exception {
        assertThat(run("gogo-without-r14", "sysv", SaveSet.SSE))
                .contains("AssertionError: r14: expected")
                .doesNotContain(PrimitiveRun.DONE);
    }

    private void assertAllIsWell(String scenario, String abi, SaveSet set) throws Exception {
        if (abi.equals("win64")) {
            assumeGsBaseIsOurs();
        }
        assertThat(run(scenario, abi, set).strip()).endsWith(PrimitiveRun.DONE);
    }

    /** Runs in a process of its own, and returns what it said; what a crash leaves behind goes to the output as well. */
    private String run(String scenario, String abi, SaveSet set) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+ErrorFileToStdout",
                        "-XX:-CreateCoredumpOnCrash",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PrimitiveRun.class.getName(),
                        scenario,
                        abi,
                        set.label(),
                        "1")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static void assumeGsBaseIsOurs() {
        assumeTrue(
                Host.detect().cpu().has(CpuFeature.FSGSBASE),
                "this processor has no wrgsbase, so it cannot show Win64 code a thread block");
        long getauxval = OperatingSystem.current().symbol("getauxval");
        assumeTrue(
                (NativeFunction.at(getauxval).call(AT_HWCAP2) & HWCAP2_FSGSBASE) != 0,
                "this kernel does not let programs use wrgsbase (Linux 5.9 and later do)");
    }
}
