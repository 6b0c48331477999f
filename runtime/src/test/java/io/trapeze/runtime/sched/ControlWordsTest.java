// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One goroutine changes MXCSR and the x87 control word and is suspended; another looks at its own; the first looks again. */
@Tag("Sf")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlWordsTest {
    private static final OperatingSystem OS = OperatingSystem.current();
    /** Round towards zero, flush to zero; the x87 one rounds up, to single precision. */
    private static final int MXCSR = 0xFF80;

    private static final int X87 = 0x087F;
    private static final int STATUS_BITS = 0x3F;

    private final NativeMemory memory = NativeMemory.allocate(OS, 4096);

    @AfterEach
    void close() {
        memory.close();
    }

    private enum Suspension {
        YIELD,
        MANY_YIELDS,
        PARK,
        PREEMPTION,
        UPCALL
    }

    private static Scheduler scheduler(int carriers) {
        return Scheduler.builder()
                .carriers(carriers)
                .maxGoroutines(16)
                .timeSlice(Duration.ofMillis(1))
                .build();
    }

    private static void set(Assembler a, int mxcsr, int x87) {
        a.push(x87);
        a.push(mxcsr);
        a.ldmxcsr(dword(rsp));
        a.fldcw(word(rsp, 8));
        a.lea(rsp, ptr(rsp, 16));
    }

    private void note(Assembler a, int at) {
        a.mov(rcx, memory.address() + at);
        a.stmxcsr(dword(rcx));
        a.fnstcw(word(rcx, 4));
    }

    private int mxcsr(int at) {
        return memory.getInt(at) & ~STATUS_BITS;
    }

    private int x87(int at) {
        return memory.getInt(at + 4) & 0xFFFF;
    }

    @ParameterizedTest
    @EnumSource(Suspension.class)
    void aGoroutineKeepsItsOwnControlWordsAndOthersSeeTheDefaults(Suspension suspension) {
        List<Goroutine> parked = new ArrayList<>();
        try (Scheduler scheduler = scheduler(1)) {
            parked.add(scheduler.go(a -> {
                set(a, MXCSR, X87);
                a.mov(r12, suspension == Suspension.MANY_YIELDS ? 1000 : 1);
                Label again = a.here();
                suspend(a, suspension);
                a.dec(r12);
                a.jnz(again);
                note(a, 0);
            }));
            scheduler.go(a -> {
                note(a, 64);
                a.mov(rbx, 500);
                Label again = a.here();
                a.yield();
                a.dec(rbx);
                a.jnz(again);
                note(a, 128);
                a.callJava(() -> scheduler.ready(parked.get(0)));
                note(a, 192);
            });
            // resumes the first one by a plain yield, which carries no control words
            scheduler.go(a -> {
                a.mov(rbx, 2000);
                Label again = a.here();
                a.yield();
                a.dec(rbx);
                a.jnz(again);
                note(a, 256);
            });
            scheduler.run();
        }
        assertThat(mxcsr(0)).as("own MXCSR").isEqualTo(MXCSR);
        assertThat(x87(0)).as("own x87 control word").isEqualTo(X87);
        for (int at = 64; at <= 256; at += 64) {
            assertThat(mxcsr(at)).as("another's MXCSR").isEqualTo(ControlWordsCode.DEFAULT_MXCSR);
            assertThat(x87(at)).as("another's x87 control word").isEqualTo(ControlWordsCode.DEFAULT_X87);
        }
    }

    private static void suspend(GoroutineAssembler a, Suspension suspension) {
        switch (suspension) {
            case YIELD, MANY_YIELDS -> a.yield();
            case PARK -> a.park();
            case UPCALL -> a.callJava(() -> {});
            case PREEMPTION -> {
                a.mov(rax, a.preemptions());
                a.add(rax, 3);
                Label again = a.here();
                a.cmp(a.preemptions(), rax);
                a.jb(again);
            }
        }
    }

    @Test
    void javaSeesTheDefaultsWhateverTheGoroutineHas() {
        try (CodeArena arena = CodeArena.open(OS, 4096);
                Scheduler scheduler = scheduler(1)) {
            Assembler f = new Assembler();
            note(f, 0);
            f.ret();
            NativeFunction look = arena.map(f.finish("look")).function();
            scheduler.go(a -> {
                set(a, MXCSR, X87);
                a.callJava((x, y, z) -> look.call());
                note(a, 64);
            });
            scheduler.run();
        }
        assertThat(mxcsr(0)).as("Java's MXCSR").isEqualTo(ControlWordsCode.DEFAULT_MXCSR);
        assertThat(x87(0)).as("Java's x87 control word").isEqualTo(ControlWordsCode.DEFAULT_X87);
        assertThat(mxcsr(64)).as("the goroutine's MXCSR afterwards").isEqualTo(MXCSR);
        assertThat(x87(64)).as("the goroutine's x87 control word afterwards").isEqualTo(X87);
    }

    @Test
    void aGoroutineThatEndsLeavesItsControlWordsToNobody() {
        try (Scheduler scheduler = scheduler(1)) {
            scheduler.go(a -> set(a, MXCSR, X87));
            scheduler.go(a -> note(a, 0));
            scheduler.run();
        }
        assertThat(mxcsr(0)).isEqualTo(ControlWordsCode.DEFAULT_MXCSR);
        assertThat(x87(0)).isEqualTo(ControlWordsCode.DEFAULT_X87);
    }

    @Test
    void whatForeignCodeChangesIsCarriedToo() {
        try (CodeArena arena = CodeArena.open(OS, 4096);
                Scheduler scheduler = scheduler(1)) {
            Assembler f = new Assembler();
            set(f, MXCSR, X87);
            f.ret();
            NativeFunction changes = arena.map(f.finish("changes")).function();
            List<Consumer<GoroutineAssembler>> calls = List.of(a -> a.callNative(changes), a -> {
                a.mov(rax, changes.address());
                a.call(rax);
            });
            for (Consumer<GoroutineAssembler> call : calls) {
                scheduler.go(a -> {
                    call.accept(a);
                    a.yield();
                    note(a, 0);
                });
                scheduler.go(a -> note(a, 64));
                scheduler.run();
                assertThat(mxcsr(0)).isEqualTo(MXCSR);
                assertThat(x87(0)).isEqualTo(X87);
                assertThat(mxcsr(64)).isEqualTo(ControlWordsCode.DEFAULT_MXCSR);
                assertThat(x87(64)).isEqualTo(ControlWordsCode.DEFAULT_X87);
            }
        }
    }
}
