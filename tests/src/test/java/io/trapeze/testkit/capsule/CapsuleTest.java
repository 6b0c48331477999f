// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Registers.r12;
import static io.trapeze.emitter.operand.Registers.rax;
import static io.trapeze.emitter.operand.Registers.rsp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A capsule")
class CapsuleTest {
    /** The kernel's numbers of a process and of its thread. */
    private record Where(long process, long thread) {}

    @BeforeAll
    static void onLinux() {
        Platform here = Platform.current();
        assumeTrue(here.isLinux() && here.isX64(), "capsules are programs for Linux on x86-64");
    }

    @Test
    void hopsToOtherThreadsOfTheSameProcess() {
        try (Capsule capsule = Capsule.open()) {
            Where first = where(capsule);
            capsule.hop();
            Where second = where(capsule);
            capsule.hop();
            Where third = where(capsule);
            assertThat(List.of(second.process(), third.process())).containsOnly(first.process());
            assertThat(List.of(first.thread(), second.thread(), third.thread())).doesNotHaveDuplicates();
        }
    }

    @Test
    void tellsOfTheEndOfAThreadThatItHoppedTo() {
        try (Capsule capsule = Capsule.open()) {
            Where before = where(capsule);
            capsule.hop();
            Placed trap = capsule.place(Assembler.parse("ud2"), Map.of());
            assertThat(capsule.run(Abi.SYSTEM_V, trap.address()))
                    .isInstanceOfSatisfying(
                            Outcome.Crashed.class,
                            crashed -> assertThat(crashed.crash().pc()).isEqualTo(trap.address()));
            assertThat(where(capsule).process()).isNotEqualTo(before.process());
            capsule.hop();
            Placed loop = capsule.place(Assembler.parse("1: jmp 1b"), Map.of());
            assertThat(capsule.run(Abi.SYSTEM_V, loop.address())).isInstanceOf(Outcome.Hung.class);
        }
    }

    @Test
    void findsPlaceWhereTheJavaVmHasTheWholeSecondGigabyte() {
        NativeFunction mmap = NativeFunction.at(OperatingSystem.current().symbol("mmap"));
        NativeFunction munmap = NativeFunction.at(OperatingSystem.current().symbol("munmap"));
        Map<Long, Long> taken = new LinkedHashMap<>();
        try {
            for (long place = 1 << 30;
                    place < (1 << 30) + (32 << 20);
                    place += 1 << 16) { // where the kernel begins at random
                if (mmap.call(place, 1 << 16, 0, 0x10_0022, -1, 0) == place) { // there or not at all
                    taken.put(place, 1L << 16);
                }
            }
            for (long bytes = 1 << 30; bytes >= 4096; bytes /= 2) {
                long address = mmap.call(0, bytes, 0, 0x62, -1, 0); // private, anonymous, MAP_32BIT
                while (address > 0) {
                    taken.put(address, bytes);
                    address = mmap.call(0, bytes, 0, 0x62, -1, 0);
                }
            }
            try (Capsule capsule = Capsule.open()) {
                assertThat(capsule.place(Assembler.parse("ret"), Map.of()).address())
                        .isLessThan(1 << 30);
                capsule.hop();
                assertThat(where(capsule).process()).isPositive();
            }
        } finally {
            taken.forEach(munmap::call);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "QUIT", "TERM"})
    void leavesItToJavaToEndByASignalToAll(String signal) throws Exception {
        Set<ProcessHandle> others = ProcessHandle.current().descendants().collect(Collectors.toSet());
        try (Capsule capsule = Capsule.open()) {
            Where before = where(capsule);
            List<ProcessHandle> own = ProcessHandle.current()
                    .descendants()
                    .filter(process -> !others.contains(process))
                    .toList();
            assertThat(own).as("the capsule and its child").hasSize(2);
            for (ProcessHandle process : own) {
                new ProcessBuilder("kill", "-s", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor();
            }
            assertThat(where(capsule)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsWithItsInputEvenIfCodeWaitsForEver(boolean elsewhere) throws Exception {
        Capsule capsule = Capsule.open();
        if (elsewhere) {
            capsule.hop();
        }
        Where where = where(capsule);
        ProcessHandle child = ProcessHandle.of(where.process()).orElseThrow();
        ProcessHandle parent = child.parent().orElseThrow();
        Placed waits = capsule.place(Assembler.parse("mov eax, 34 # pause\n syscall\n ud2"), Map.of());
        Thread runs = new Thread(() -> assertThatIllegalStateException()
                .isThrownBy(() -> capsule.run(Abi.SYSTEM_V, waits.address()))
                .withMessageContaining("has ended"));
        runs.start();
        Path thread = Path.of("/proc/" + where.process() + "/task/" + where.thread());
        await(() -> Files.readString(thread.resolve("syscall")).startsWith("34 "));
        capsule.close();
        runs.join();
        await(() -> !child.isAlive() && !parent.isAlive());
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("it takes too long").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private static Where where(Capsule capsule) {
        int mark = capsule.mark();
        Placed asked = capsule.place(
                Assembler.parse("""
                        .extern arrival
                        mov eax, 39         # getpid
                        syscall
                        mov r12, rax
                        mov eax, 186        # gettid
                        syscall
                        jmp arrival
                        """),
                Map.of("arrival", capsule.probe(Abi.SYSTEM_V).address("arrival")));
        capsule.memory().entry().set(RegisterState.quiet());
        capsule.memory().entry().set(rsp, capsule.high().address() + 4096);
        assertThat(capsule.run(Abi.SYSTEM_V, asked.address())).isInstanceOf(Outcome.Finished.class);
        capsule.forget(mark);
        RegisterState then = capsule.memory().arrival();
        return new Where(then.get(r12), then.get(rax));
    }

    @Test
    void startsWhileOthersStart() {
        assertThatCode(() -> IntStream.range(0, 60)
                        .parallel()
                        .forEach(i -> Capsule.open().close()))
                .doesNotThrowAnyException();
    }
}
