// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.SaveSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PreemptionTest {
    private static final OperatingSystem OS = OperatingSystem.current();

    private final NativeMemory memory = NativeMemory.allocate(OS, 16 * 1024);

    @AfterEach
    void close() {
        memory.close();
    }

    private static Scheduler scheduler(int carriers) {
        return Scheduler.builder()
                .carriers(carriers)
                .maxGoroutines(16)
                .timeSlice(Duration.ofMillis(1))
                .build();
    }

    /** Goes on once this goroutine was preempted {@code times} more. */
    private static void spinUntilPreempted(GoroutineAssembler a, int times) {
        a.mov(rax, a.preemptions());
        a.add(rax, times);
        Label again = a.here();
        a.cmp(a.preemptions(), rax);
        a.jb(again);
    }

    @ParameterizedTest(name = "{0} carrier(s)")
    @ValueSource(ints = {1, 2})
    @Tag("S39")
    @Tag("S48")
    void goroutinesThatNeverYieldAllGetTheirTurns(int carriers) {
        try (Scheduler scheduler = scheduler(carriers)) {
            Body spins = scheduler.compile("spins", a -> spinUntilPreempted(a, 3));
            List<Goroutine> goroutines = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                goroutines.add(scheduler.go(spins));
            }
            scheduler.run();
            assertThat(goroutines).allMatch(g -> g.state() == GoroutineState.DEAD);
            assertThat(scheduler.statistics().preemptions()).isGreaterThanOrEqualTo(15);
        }
    }

    @Test
    void aBodyThatHoldsX87ValuesIsNotPreempted() {
        try (Scheduler scheduler = scheduler(1)) {
            Goroutine holds = scheduler.go(a -> {
                a.x87().fld1();
                a.mov(rbx, 60_000_000);
                Label again = a.here();
                a.dec(rbx);
                a.jnz(again);
                a.x87().fstp(qword(rsp, -8));
            });
            scheduler.run();
            assertThat(holds.state()).isEqualTo(GoroutineState.DEAD);
            assertThat(scheduler.statistics().preemptions()).isZero();
            scheduler.go(a -> spinUntilPreempted(a, 1));
            scheduler.run();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fld1", "fldl2e", "fbld tbyte ptr [rsp]", "fxtract", "movd mm0, eax", "xrstors64 [rsp]"})
    void whatLeavesValuesInX87OrMmxRegistersKeepsABodyFromBeingPreempted(String instruction) {
        assertThat(GoroutineAssembler.isPreemptible(Assembler.parse(instruction)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fldcw [rsp]",
                "fnstcw [rsp]",
                "fninit",
                "fwait",
                "emms",
                "addsd xmm0, xmm1",
                "vaddps ymm0, ymm1, ymm2"
            })
    void controlWordsAndVectorsDoNot(String instruction) {
        assertThat(GoroutineAssembler.isPreemptible(Assembler.parse(instruction)))
                .isTrue();
    }

    @Test
    void aGoroutineThatNeverYieldsDoesNotKeepAnotherFromYieldingParkingAndCallingJava() {
        List<String> events = new ArrayList<>();
        try (Scheduler scheduler = scheduler(1)) {
            scheduler.go(a -> {
                a.mov(rbx, memory.address());
                Label again = a.here();
                a.cmp(qword(rbx), 0);
                a.je(again);
            });
            Goroutine parks = scheduler.go(a -> {
                a.yield();
                a.callJava(() -> events.add("called"));
                a.park();
                a.callJava(() -> memory.putLongVolatile(0, 1));
            });
            scheduler.go(a -> a.callJava(() -> scheduler.ready(parks)));
            scheduler.run();
        }
        assertThat(events).containsExactly("called");
    }

    @Test
    void withoutATimeSliceNothingIsPreempted() {
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(1)
                .maxGoroutines(2)
                .timeSlice(Duration.ZERO)
                .build()) {
            scheduler.go(a -> {
                a.mov(rcx, 50_000_000);
                Label again = a.here();
                a.dec(rcx);
                a.jnz(again);
            });
            scheduler.run();
            assertThat(scheduler.statistics().preemptions()).isZero();
        }
    }

    /** Every register holds a value of its own while the goroutine is preempted again and again; the loop uses rcx and no flag. */
    @ParameterizedTest(name = "{0} carrier(s)")
    @ValueSource(ints = {1, 2})
    @Tag("S42")
    @Tag("S43")
    @Tag("S44")
    @Tag("S51")
    @Tag("S52")
    @Tag("Sf")
    void preemptionLeavesEveryRegisterTheFlagsAndTheRedZoneAsTheyWere(int carriers) {
        SplittableRandom random = new SplittableRandom(carriers);
        List<IndexReg> general = List.of(rax, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r15);
        long[] values = random.longs(general.size()).toArray();
        long[] vectors = random.longs(2048 / 8).toArray();
        int flagsSet = 0x4D5; // carry, parity, adjust, zero, sign, direction
        int vectorsAt = 0;
        int vectorsOut = 4096;
        int out = 8192;
        for (int i = 0; i < vectors.length; i++) {
            memory.putLong(vectorsAt + 8L * i, vectors[i]);
        }
        SaveSet set;
        try (Scheduler scheduler = scheduler(carriers)) {
            set = scheduler.saveSet();
            for (int i = 0; i < carriers; i++) {
                scheduler.go(a -> spinUntilPreempted(a, 10));
            }
            scheduler.go(a -> {
                a.mov(rax, memory.address() + vectorsAt);
                loadVectors(a, set);
                for (int i = 0; i < 15; i++) { // the sixteenth is where push writes
                    a.mov(rax, values[0] + i);
                    a.mov(qword(rsp, -128 + 8 * i), rax);
                }
                a.push(0x202 | flagsSet);
                a.popfq();
                for (int i = 0; i < general.size(); i++) {
                    a.mov(general.get(i), values[i]);
                }
                Label again = a.label();
                Label out2 = a.label();
                a.bind(again);
                a.mov(rcx, a.preemptions());
                // flags stay as they are; it may be preempted twice between two looks, and so miss the eighth time
                for (int more : new int[] {8, 1, 1}) {
                    a.lea(rcx, ptr(rcx, -more));
                    a.jrcxz(out2);
                }
                a.jmp(again);
                a.bind(out2);
                a.lea(rsp, ptr(rsp, -128));
                a.pushfq();
                general.forEach(a::push);
                a.cld();
                a.mov(rdi, memory.address() + out);
                for (int i = general.size() - 1; i >= 0; i--) {
                    a.pop(qword(rdi, 8 * i));
                }
                a.pop(qword(rdi, 8 * general.size()));
                a.lea(rsp, ptr(rsp, 128));
                for (int i = 0; i < 15; i++) {
                    a.mov(rax, qword(rsp, -128 + 8 * i));
                    a.mov(qword(rdi, 256 + 8 * i), rax);
                }
                a.mov(rax, memory.address() + vectorsOut);
                storeVectors(a, set);
                if (set.vectorBytes() > 16) {
                    a.avx().vzeroupper();
                }
            });
            scheduler.run();
        }
        for (int i = 0; i < general.size(); i++) {
            assertThat(memory.getLong(out + 8L * i)).as("%s", general.get(i)).isEqualTo(values[i]);
        }
        assertThat(memory.getLong(out + 8L * general.size()) & 0xCD5)
                .as("flags %x", memory.getLong(out + 8L * general.size()))
                .isEqualTo(flagsSet);
        for (int i = 0; i < 15; i++) {
            assertThat(memory.getLong(out + 256 + 8L * i))
                    .as("red zone at rsp - %d", 128 - 8 * i)
                    .isEqualTo(values[0] + i);
        }
        int words = (set.vectors() * set.vectorBytes() + 8 * set.masks()) / 8;
        for (int i = 0; i < words; i++) {
            assertThat(memory.getLong(vectorsOut + 8L * i))
                    .as("%s state, word %d", set, i)
                    .isEqualTo(memory.getLong(vectorsAt + 8L * i));
        }
    }

    private static void loadVectors(Assembler a, SaveSet set) {
        int at = 0;
        for (int i = 0; i < set.vectors(); i++) {
            set.load(a, rax, at, i);
            at += set.vectorBytes();
        }
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(Registers.mask(i), qword(rax, at + 8 * i));
        }
    }

    private static void storeVectors(Assembler a, SaveSet set) {
        int at = 0;
        for (int i = 0; i < set.vectors(); i++) {
            set.store(a, rax, at, i);
            at += set.vectorBytes();
        }
        for (int i = 0; i < set.masks(); i++) {
            a.avx512().kmovq(qword(rax, at + 8 * i), Registers.mask(i));
        }
    }

    /** The same loop in the body and in a foreign function: the body's is preempted, the function's is not. */
    @Test
    @Tag("Sj")
    void foreignCodeIsNotPreempted() {
        try (CodeArena arena = CodeArena.open(OS, 4096);
                Scheduler scheduler = scheduler(1)) {
            Assembler f = new Assembler();
            long turns = 200_000_000;
            loop(f, turns);
            f.ret();
            NativeFunction foreign = arena.map(f.finish("foreign")).function();
            scheduler.go(a -> {
                a.mov(rbx, memory.address());
                a.mov(rax, a.preemptions());
                a.mov(qword(rbx), rax);
                a.callNative(foreign);
                a.mov(rax, a.preemptions());
                a.mov(qword(rbx, 8), rax);
                spinUntilPreempted(a, 2); // the body itself is preempted, or this ends only with the test's limit
            });
            scheduler.run();
            // the call itself is the body's own code and can be hit by a signal that waited
            assertThat(memory.getLong(8) - memory.getLong(0))
                    .as("preemptions around foreign code")
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    @Tag("Sj")
    void aGoroutineWithoutRoomForTheFrameIsNotPreempted() {
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(1)
                .maxGoroutines(1)
                .stackBytes(28 * 1024)
                .timeSlice(Duration.ofMillis(1))
                .build()) {
            long turns = 100_000_000;
            scheduler.go(a -> {
                a.mov(rbx, memory.address());
                a.mov(r12, rsp);
                a.sub(rsp, 28 * 1024 - 64 - 8 - 1024); // 1 KB above the guard page
                a.mov(rax, a.preemptions());
                a.mov(qword(rbx), rax);
                loop(a, turns);
                a.mov(rax, a.preemptions());
                a.mov(qword(rbx, 8), rax);
                a.mov(rsp, r12);
                spinUntilPreempted(a, 1); // with room it is preempted, or this ends only with the test's limit
            });
            scheduler.run();
            assertThat(memory.getLong(8)).as("preemptions low on the stack").isEqualTo(memory.getLong(0));
        }
    }

    private static void loop(Assembler a, long turns) {
        a.mov(rcx, turns);
        Label again = a.here();
        a.dec(rcx);
        a.jnz(again);
    }
}
