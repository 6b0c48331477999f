// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Mem.*;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Gobuf;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerCodeTest {
    private static final OperatingSystem OS = OperatingSystem.current();
    private static final Records RECORDS = Records.of(Abi.SYSTEM_V);
    private static final CodeBlob CODE = SchedulerCode.emit(RECORDS, OS.threadCalls(), 64 * 1024);

    /** The instructions from a symbol to the next jump that is always taken, or return. */
    private static List<Instruction> block(String symbol) {
        List<Instruction> block = new ArrayList<>();
        for (Instruction instruction : CODE.instructions()) {
            if (instruction.offset() >= CODE.offset(symbol)) {
                block.add(instruction);
                if (instruction.text().startsWith("jmp ") || instruction.text().equals("ret")) {
                    return block;
                }
            }
        }
        throw new AssertionError("'" + symbol + "' runs into nothing");
    }

    private static int indexOf(List<Instruction> block, String text) {
        for (int i = 0; i < block.size(); i++) {
            if (block.get(i).text().contains(text)) {
                return i;
            }
        }
        throw new AssertionError("no '" + text + "' in " + block);
    }

    @Test
    @Tag("S2")
    void nothingIsFoundThroughTheThreadBlockButTheThreadItself() {
        for (Abi abi : List.of(Abi.SYSTEM_V)) {
            for (Primitive primitive : Primitive.values()) {
                assertThat(primitive.emit(abi, SaveSet.AVX512).instructions())
                        .noneMatch(i -> i.text().contains("fs:") || i.text().contains("gs:"));
            }
        }
        assertThat(CODE.instructions())
                .filteredOn(i -> i.text().contains("fs:") || i.text().contains("gs:"))
                .singleElement()
                .satisfies(i -> assertThat(i.offset())
                        .as("it belongs to enter, before any goroutine runs")
                        .isBetween(CODE.offset("enter"), CODE.offset("schedule")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yield", "schedule"})
    @Tag("S16")
    void statusAndCurrentGoroutineAreWrittenBeforeTheStackMoves(String symbol) {
        List<Instruction> block = block(symbol);
        if (symbol.equals("schedule")) {
            // gogo moves the stack: its jump is the last of the dispatch
            block = CODE.instructions().stream()
                    .dropWhile(i -> i.offset() < CODE.offset("schedule"))
                    .takeWhile(i -> !i.text().equals("jmp gogo"))
                    .toList();
            assertThat(block).noneMatch(i -> i.text().startsWith("mov rsp"));
        } else {
            block = block.subList(0, indexOf(block, "mov rsp,"));
        }
        String current = "0x" + Integer.toHexString(RECORDS.m().offset(MachineField.CURRENT));
        String status = "0x" + Integer.toHexString(RECORDS.g().offset(GoroutineField.STATUS));
        assertThat(block)
                .as("status of the goroutine to come")
                .anyMatch(i -> i.text().contains("+ " + status + "], " + GoroutineState.RUNNING.ordinal())
                        || i.text().contains("+ " + status + "], 0x" + GoroutineState.RUNNING.ordinal()));
        assertThat(block)
                .as("M's current goroutine")
                .anyMatch(i -> i.text().matches("mov qword ptr \\[\\w+ \\+ " + current + "\\], r\\w+"));
    }

    @Test
    @Tag("S35")
    void onG0AlreadyAThunkIsCalledWithoutASwitch() {
        try (CodeArena arena = CodeArena.open(OS, 64 * 1024);
                NativeMemory memory = NativeMemory.allocate(OS, 64 * 1024)) {
            MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.SYSTEM_V, SaveSet.SSE);
            MappedCode scheduler = arena.map(CODE, primitives.symbols());
            long machine = memory.address();
            long g0 = memory.address() + memory.size();
            long notes = memory.address() + 4096;
            memory.putLong(Gobuf.SP, g0);
            Assembler a = new Assembler();
            Label inner = a.label("inner");
            a.symbol("outer");
            a.push(rbx);
            a.mov(rbx, notes);
            a.mov(qword(rbx), rsp);
            a.mov(qword(rbx, 8), rdi);
            a.mov(rdi, machine);
            a.mov(esi, 5);
            a.lea(rdx, ptr(inner));
            a.call(a.external("on_g0"));
            a.add(rax, 1);
            a.pop(rbx);
            a.ret();
            a.symbol("inner", inner);
            a.bind(inner);
            a.mov(qword(rbx, 16), rsp);
            a.lea(rax, ptr(rdi, 100));
            a.ret();
            MappedCode thunks = arena.map(a.finish("thunks"), Map.of("on_g0", scheduler.address("on_g0")));

            // no goroutine runs: this is g0
            long result = scheduler.function("on_g0").call(machine, 7, thunks.address("outer"));
            assertThat(result).isEqualTo(106);
            assertThat(memory.getLong(4096 + 8)).as("the argument").isEqualTo(7);
            assertThat(memory.getLong(4096))
                    .as("rsp, far from the other stack")
                    .satisfies(rsp -> assertThat(rsp < machine || rsp > g0).isTrue());

            // a goroutine runs, on this thread's stack; g0's is the one in memory
            memory.putLong(RECORDS.m().offset(MachineField.CURRENT), 0x1234);
            result = scheduler.function("on_g0").call(machine, 7, thunks.address("outer"));
            assertThat(result).isEqualTo(106);
            assertThat(memory.getLong(4096)).as("rsp of the first thunk").isBetween(g0 - 256, g0);
            assertThat(memory.getLong(4096 + 16))
                    .as("rsp of the thunk that the first one calls: below it, not over it")
                    .isBetween(g0 - 512, memory.getLong(4096) - 8);
            assertThat(memory.getLong(RECORDS.m().offset(MachineField.CURRENT)))
                    .as("the current goroutine afterwards")
                    .isEqualTo(0x1234);
        }
    }

    @Test
    @Tag("S36")
    @Tag("Sd")
    void g0sStackPointerStaysFixedWhileGoroutinesRun() {
        try (NativeMemory notes = NativeMemory.allocate(OS, 4096);
                Scheduler scheduler =
                        Scheduler.builder().carriers(1).maxGoroutines(4).build()) {
            Body body = scheduler.compile("looks", a -> {
                a.mov(r12, rdi);
                a.mov(r13, 200);
                a.mov(rcx, a.machine());
                a.mov(rbx, qword(rcx, Gobuf.SP));
                a.mov(qword(r12), rbx);
                Label again = a.here();
                a.yield();
                a.callJava(() -> {});
                a.mov(rcx, a.machine());
                a.sub(rbx, qword(rcx, Gobuf.SP));
                a.or(qword(r12, 8), rbx);
                a.mov(rbx, qword(rcx, Gobuf.SP));
                a.dec(r13);
                a.jnz(again);
            });
            for (int i = 0; i < 3; i++) {
                scheduler.go(body, notes.address() + 64L * i);
            }
            scheduler.run();
            assertThat(LongStream.range(0, 3).map(i -> notes.getLong(64 * i)))
                    .as("g0's stack pointer")
                    .doesNotContain(0L);
            assertThat(LongStream.range(0, 3).map(i -> notes.getLong(64 * i + 8)))
                    .as("what it changed by")
                    .containsOnly(0L);
        }
    }

    /** fs:[0] holds the thread's own pointer: the one place that tells threads apart without a system call. */
    @Test
    @Tag("S29")
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aGoroutineThatMovesBetweenCarriersFindsTheMachineOfTheThreadItIsOn() {
        int moves = 500; // on one processor each needs a switch of threads by the kernel
        try (NativeMemory notes = NativeMemory.allocate(OS, 4096);
                // without preemption, which could move it between two of the reads
                Scheduler scheduler = Scheduler.builder()
                        .carriers(2)
                        .maxGoroutines(8)
                        .timeSlice(Duration.ZERO)
                        .build()) {
            Body body = scheduler.compile("hops", a -> {
                a.mov(r12, notes.address());
                a.mov(rbx, a.machine());
                Label again = a.here();
                Label stayed = a.label();
                Label right = a.label();
                a.yield();
                a.mov(rax, a.machine());
                a.cmp(rax, rbx);
                a.je(stayed);
                a.lock().inc(qword(r12));
                a.mov(rbx, rax);
                a.bind(stayed);
                a.mov(rcx, qword(Address.absolute(0).in(Segment.FS)));
                a.cmp(rcx, a.threadPointer(rax));
                a.je(right);
                a.lock().inc(qword(r12, 64));
                a.bind(right);
                a.cmp(qword(r12), moves);
                a.jb(again);
            });
            for (int i = 0; i < 6; i++) {
                scheduler.go(body);
            }
            scheduler.run();
            assertThat(notes.getLong(0)).as("moves between carriers").isGreaterThanOrEqualTo(moves);
            assertThat(notes.getLong(64))
                    .as("times that M was another thread's")
                    .isZero();
        }
    }

    @ParameterizedTest(name = "{0} yields")
    @ValueSource(ints = {0, 1, 63, 64, 65, 1000})
    void eachResumptionIsCountedOnce(int yields) {
        try (Scheduler scheduler =
                Scheduler.builder().carriers(1).maxGoroutines(4).build()) {
            Body body = scheduler.compile("yields", a -> {
                for (int i = 0; i < yields; i++) {
                    a.yield();
                }
            });
            for (int i = 0; i < 3; i++) {
                scheduler.go(body);
            }
            scheduler.run();
            assertThat(scheduler.statistics().switches()).isEqualTo(3L * (yields + 1));
            assertThat(scheduler.statistics().goroutines()).isEqualTo(3);
            assertThat(scheduler.statistics().upcalls()).isZero();
        }
    }
}
