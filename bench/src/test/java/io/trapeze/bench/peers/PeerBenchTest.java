// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are really there, and compilers that are shell scripts and do whatever a case needs. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the compilers in this test are shell scripts")
class PeerBenchTest {
    private static final Duration VERY_AMPLE = Duration.ofMinutes(5);
    private static final Duration AMPLE = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(3);

    private static final String WRITES_A_PROGRAM_THAT = """
            #!/bin/sh
            echo built >> "$(dirname "$0")/builds"
            while [ "$1" != -o ]; do shift; done
            cat > "$2" <<'PROGRAM'
            #!/bin/sh
            %s
            PROGRAM
            chmod +x "$2"
            """;
    private static final String REPORTS = "printf '# Boost of a script\\nboost/jump_fcontext\\t2\\t3.25\\t3.50\\n'";

    @TempDir
    Path temporary;

    @ParameterizedTest
    @EnumSource
    void aPeerOfThisMachineReportsItsNumbers(Peer peer) throws InterruptedException {
        PeerBench bench =
                new PeerBench(Surroundings.ofThisProcess(), temporary.resolve("peers"), VERY_AMPLE, VERY_AMPLE);

        PeerResult result = bench.measure(peer);

        if (result instanceof PeerResult.Absent absent) {
            assumeFalse(true, peer.label() + " is not here: " + absent.reason());
        }
        assertThat(result).asInstanceOf(type(PeerResult.Measured.class)).satisfies(measured -> {
            assertThat(measured.report().runs())
                    .extracting(PeerRun::n)
                    .containsExactlyElementsOf(peer == Peer.BOOST ? List.of(2) : List.of(2, 100, 1_000));
            assertThat(Path.of(measured.command().get(0))).isExecutable();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aMachineWithoutTheToolchainIsToldWhatToInstall(Peer peer) throws InterruptedException {
        Path nothing = temporary.resolve("nothing");
        Surroundings bare = new Surroundings(Map.of("PATH", ""), List.of(), nothing, nothing, OptionalInt.empty());

        assertThat(bench(bare, AMPLE, AMPLE).measure(peer))
                .isEqualTo(new PeerResult.Absent(peer, peer.toolchain().whenAbsent()));
        assertThat(peer.toolchain().whenAbsent()).containsPattern("apt install|install one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jump_fcontext.cpp:8:10: fatal error: boost/context/detail/fcontext.hpp: No such file or directory",
                "jump_fcontext.cpp:8:10: fatal error: 'boost/context/detail/fcontext.hpp' file not found",
                "/usr/bin/ld: cannot find -lboost_context: No such file or directory",
                "ld.lld: error: unable to find library -lboost_context"
            })
    void aCompilerWithoutTheLibraryIsAnAbsenceNotAFailure(String diagnostics) throws Exception {
        compiler("#!/bin/sh\necho \"" + diagnostics + "\" >&2\nexit 1\n");

        assertThat(measureBoost(AMPLE, AMPLE))
                .isEqualTo(new PeerResult.Absent(
                        Peer.BOOST, "a C++ compiler is here, Boost.Context is not: apt install libboost-context-dev"));
    }

    @Test
    void whatWasBuiltIsUsedAgain() throws Exception {
        compiler(WRITES_A_PROGRAM_THAT.formatted(REPORTS));

        assertThat(measureBoost(AMPLE, AMPLE)).isInstanceOf(PeerResult.Measured.class);
        assertThat(measureBoost(AMPLE, AMPLE)).isInstanceOf(PeerResult.Measured.class);

        assertThat(temporary.resolve("builds")).hasContent("built");
    }

    @Test
    void aBuildThatFailsIsShownWithItsDiagnostics() throws Exception {
        compiler("#!/bin/sh\necho 'internal compiler error' >&2\nexit 4\n");

        failureOf(measureBoost(AMPLE, AMPLE))
                .contains(temporary.resolve("g++") + " -O2")
                .contains("ended with status 4")
                .contains("internal compiler error");
    }

    @Test
    void aBuildThatHangsIsKilledWithAllItStarted() throws Exception {
        Path pid = temporary.resolve("pid");
        compiler("#!/bin/sh\nsleep 600 &\necho $! > " + pid + "\nwait\n");

        failureOf(measureBoost(SHORT, AMPLE)).contains("was still running after 3000 ms");

        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .ifPresent(sleeper -> sleeper.onExit().join());
    }

    @Test
    void aProgramThatHangsIsKilled() throws Exception {
        compiler(WRITES_A_PROGRAM_THAT.formatted("exec sleep 600"));

        failureOf(measureBoost(AMPLE, SHORT)).contains("was still running after 3000 ms");
    }

    @Test
    void aProgramThatFailsIsShownWithItsReason() throws Exception {
        compiler(WRITES_A_PROGRAM_THAT.formatted(REPORTS + "\necho 'the partner saw 1 jump' >&2\nexit 1"));

        failureOf(measureBoost(AMPLE, AMPLE))
                .contains("ended with status 1")
                .contains("the partner saw 1 jump")
                .contains("to have it built again, remove " + temporary.resolve("peers"));
    }

    @Test
    void aProgramThatPrintsSomethingElseIsNotBelieved() throws Exception {
        compiler(WRITES_A_PROGRAM_THAT.formatted("echo hello"));

        failureOf(measureBoost(AMPLE, AMPLE))
                .isEqualTo("output of boost/jump_fcontext, line 1: expected \"# version\", found \"hello\"");
    }

    @Test
    void aCacheFolderThatIsOpenToOthersIsNotUsed() throws Exception {
        compiler(WRITES_A_PROGRAM_THAT.formatted(REPORTS));
        Path place = Files.createDirectory(temporary.resolve("peers"));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));

        failureOf(measureBoost(AMPLE, AMPLE)).startsWith(place + " is open to other users");
        assertThat(temporary.resolve("builds")).doesNotExist();
    }

    private static AbstractStringAssert<?> failureOf(PeerResult result) {
        assertThat(result).isInstanceOf(PeerResult.Failed.class);
        return assertThat(((PeerResult.Failed) result).reason());
    }

    private void compiler(String script) throws IOException {
        Path file = temporary.resolve("g++");
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private PeerResult measureBoost(Duration buildLimit, Duration runLimit) throws InterruptedException {
        Surroundings surroundings = new Surroundings(
                Map.of("PATH", temporary.toString()), List.of(), temporary, temporary, OptionalInt.empty());
        return bench(surroundings, buildLimit, runLimit).measure(Peer.BOOST);
    }

    private PeerBench bench(Surroundings surroundings, Duration buildLimit, Duration runLimit) {
        return new PeerBench(surroundings, temporary.resolve("peers"), buildLimit, runLimit);
    }
}
