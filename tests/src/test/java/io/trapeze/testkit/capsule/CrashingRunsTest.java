// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.trampolines.abi.Abi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Runs that crash")
class CrashingRunsTest {
    private static final int RUNS = 10_000;

    /** A way to die, and the signal that it is; R8 is an address that cannot be. */
    private record Death(int signal, Consumer<Assembler> code) {}

    private static final List<Death> DEATHS = List.of(
            new Death(4, Assembler::ud2),
            new Death(5, Assembler::int3),
            new Death(8, a -> {
                a.xor(ecx, ecx);
                a.div(rcx);
            }),
            new Death(11, Assembler::hlt),
            new Death(11, a -> a.mov(rax, qword(r8, 8))),
            new Death(11, a -> a.mov(qword(r8, 8), rax)),
            new Death(11, a -> a.jmp(r8)));

    @BeforeEach
    void assumeThatCapsulesRun() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
    }

    @Test
    void leaveNothingBehindByTheThousand() throws IOException {
        Capsule.open().close(); // whatever is opened once and for all
        long children = children();
        long descriptors = descriptors();
        long files = files();
        Map<Integer, Integer> deaths = new TreeMap<>();
        long began = System.nanoTime();
        try (Capsule capsule = Capsule.open()) {
            Random random = new Random(1);
            for (int i = 0; i < RUNS; i++) {
                deaths.merge(signal(capsule, random), 1, Integer::sum);
            }
            long microseconds = (System.nanoTime() - began) / 1_000 / RUNS;
            System.out.println(RUNS + " crashing runs, " + microseconds + " µs each; by signal: " + deaths);
            assertThat(children())
                    .as("the capsule and the child that waits for work")
                    .isLessThanOrEqualTo(children + 2);
        }
        assertThat(deaths).containsOnlyKeys(4, 5, 8, 11);
        // Fewer are no fault: what tests before this one forgot is closed whenever the collector finds it.
        assertThat(children()).as("processes").isLessThanOrEqualTo(children);
        assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
        assertThat(files()).as("files of capsules").isLessThanOrEqualTo(files);
    }

    /** Runs something that crashes; returns by which signal, which has to be the right one, at the right place. */
    private static int signal(Capsule capsule, Random random) {
        Assembler a = new Assembler();
        a.symbol("start");
        Death death = DEATHS.get(random.nextInt(DEATHS.size()));
        death.code().accept(a);
        int mark = capsule.mark();
        try {
            Placed code = capsule.place(a.finish("deadly"), Map.of());
            RegisterStates.fill(capsule.memory().entry(), random);
            capsule.memory().entry().set(r8, 0x8000_0000_0000_0000L + random.nextInt());
            Outcome outcome = capsule.run(Abi.SYSTEM_V, code.address("start"));
            assertThat(outcome).isInstanceOf(Outcome.Crashed.class);
            Crash crash = ((Outcome.Crashed) outcome).crash();
            assertThat(crash.signal()).as("%s", crash).isEqualTo(death.signal());
            return crash.signal();
        } finally {
            capsule.forget(mark);
        }
    }

    private static long children() {
        return ProcessHandle.current().descendants().count();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("trapeze-capsule"))
                    .count();
        }
    }
}
