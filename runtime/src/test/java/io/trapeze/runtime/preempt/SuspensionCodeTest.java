// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.HostException;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.RefusingOperatingSystem;
import io.trapeze.runtime.os.Suspension;
import io.trapeze.runtime.os.SuspensionCalls;
import io.trapeze.runtime.os.ThreadContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The emitted suspension with functions that only note how they were called, on this system's convention. */
@DisplayName("Suspending a thread")
class SuspensionCodeTest {
    private static final OperatingSystem OS = OperatingSystem.current();
    private static final SafePoint SAFE = new SafePoint(8, 16, 24, 2, 32, 40, 48, 56, 128);
    private static final ThreadContext LAYOUT = ThreadContext.WINDOWS;
    private static final int CODE = 0x400000;
    private static final long TRAMPOLINE = 0x7000_1234_5678L;
    private static final long THREAD = 0x88;

    /** What the functions do, in the order of their numbers: what they return, and of the notes, the calls so far. */
    private static final int RESULTS = 0;

    private static final int COUNT = 64;
    private static final int CALLS = 128;
    private static final int CARRIER = 1024;
    private static final int GOROUTINE = 1280;
    private static final int STACK = 2048;

    private final NativeMemory memory = NativeMemory.allocate(OS, 8192);
    private final NativeMemory context = NativeMemory.allocate(OS, LAYOUT.bytes());
    private final CodeArena arena = CodeArena.open(OS, 4096 * 4);
    private final SuspensionCalls calls = new SuspensionCalls(note(1), note(2), note(3), note(4), note(5));

    SuspensionCodeTest() {
        for (int i = 1; i <= 4; i++) {
            memory.putLong(RESULTS + 8 * i, i == 2 || i == 3 ? 1 : 0);
        }
        memory.putLong(CARRIER + SAFE.current(), memory.address() + GOROUTINE);
        memory.putLong(CARRIER + SAFE.trampoline(), TRAMPOLINE);
        memory.putLong(GOROUTINE + SAFE.status(), SAFE.running());
        memory.putLong(GOROUTINE + SAFE.stackLow(), memory.address() + STACK);
        memory.putLong(GOROUTINE + SAFE.stackHigh(), memory.address() + 4096);
        memory.putLong(GOROUTINE + SAFE.codeLow(), CODE);
        memory.putLong(GOROUTINE + SAFE.codeHigh(), CODE + 100);
        context.putLong(LAYOUT.rsp(), memory.address() + 3072);
        context.putLong(LAYOUT.rip(), CODE + 50);
    }

    @AfterEach
    void close() {
        arena.close();
        context.close();
        memory.close();
    }

    /** Emits a function that notes its number and two arguments, and returns what the test put down for it. */
    private long note(int number) {
        Assembler a = new Assembler();
        a.mov(rax, memory.address());
        a.mov(rcx, qword(rax, COUNT));
        a.inc(qword(rax, COUNT));
        a.lea(rcx, ptr(rcx, rcx, Scale.X2, 0));
        a.shl(rcx, 3);
        a.add(rcx, rax);
        a.mov(qword(rcx, CALLS), number);
        a.mov(qword(rcx, CALLS + 8), rdi);
        a.mov(qword(rcx, CALLS + 16), rsi);
        a.mov(rax, qword(rax, RESULTS + 8 * number));
        a.ret();
        return arena.map(a.finish("note")).address();
    }

    private long preempt() {
        return arena.map(SuspensionCode.emit(OS.abi(), calls, LAYOUT, SAFE))
                .function()
                .call(THREAD, memory.address() + CARRIER, context.address());
    }

    private List<Long> called() {
        List<Long> called = new ArrayList<>();
        for (int i = 0; i < memory.getLong(COUNT); i++) {
            called.add(memory.getLong(CALLS + 24L * i));
            if (called.get(i) != 5) {
                assertThat(memory.getLong(CALLS + 24L * i + 8)).as("the thread").isEqualTo(THREAD);
            }
            if (called.get(i) == 2 || called.get(i) == 3) {
                assertThat(memory.getLong(CALLS + 24L * i + 16))
                        .as("the context")
                        .isEqualTo(context.address());
            }
        }
        return called;
    }

    @Test
    @Tag("S39")
    @Tag("S40")
    void redirectsItBetweenSuspendingAndResuming() {
        assertThat(preempt()).isEqualTo(SuspensionCode.PREEMPTED);
        assertThat(called()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(context.getInt(LAYOUT.flags())).isEqualTo(LAYOUT.control());
        assertThat(context.getLong(LAYOUT.rip())).isEqualTo(TRAMPOLINE);
        assertThat(context.getLong(LAYOUT.rsp())).isEqualTo(memory.address() + 3072 - 136);
        assertThat(memory.getLong(3072 - 136))
                .as("where the trampoline returns to")
                .isEqualTo(CODE + 50);
    }

    @Test
    @Tag("Sj")
    void resumesItAsItWasWhereItMustNotBePreempted() {
        context.putLong(LAYOUT.rip(), CODE + 100);
        assertThat(preempt()).isEqualTo(SuspensionCode.NOT_NOW);
        assertThat(called()).as("never set, always resumed").containsExactly(1L, 2L, 4L);
        assertThat(context.getLong(LAYOUT.rip())).isEqualTo(CODE + 100);
    }

    @ParameterizedTest(name = "call {0} refused")
    @ValueSource(ints = {1, 2, 3, 4})
    void tellsWhichCallWasRefusedAndWhyAndResumesItWhereItWasSuspended(int refused) {
        memory.putLong(RESULTS + 8L * refused, refused == 1 || refused == 4 ? 0xFFFF_FFFFL : 0xABCD_0000_0000L);
        memory.putLong(RESULTS + 8L * 5, 0xFFFF_FFFF_0000_0005L); // an error has 32 bits
        assertThat(preempt()).isEqualTo((long) refused << 32 | 5);
        assertThat(called())
                .isEqualTo(
                        switch (refused) {
                            case 1 -> List.of(1L, 5L);
                            case 2 -> List.of(1L, 2L, 5L, 4L);
                            case 3 -> List.of(1L, 2L, 3L, 5L, 4L);
                            default -> List.of(1L, 2L, 3L, 4L, 5L);
                        });
    }

    /** A system that suspends threads by these functions. */
    private final class Suspending implements Suspension {
        private final List<String> handles = new ArrayList<>();

        @Override
        public long openThread() {
            handles.add("open");
            return THREAD;
        }

        @Override
        public void closeThread(long handle) {
            handles.add("close " + handle);
        }

        @Override
        public SuspensionCalls calls() {
            return calls;
        }

        @Override
        public ThreadContext context() {
            return LAYOUT;
        }

        @Override
        public HostException failure(String call, int error) {
            return new HostException(call, "a thread", error, "Try again.");
        }
    }

    @Test
    void isWhatPreemptingAnAttachedThreadDoes() {
        Suspending suspending = new Suspending();
        Preempter preempter = PreemptSuspension.install(OS, suspending, SAFE);
        try (Preempter.Attachment thread = preempter.attach(memory.address() + CARRIER)) {
            memory.putLong(RESULTS + 8, 0xFFFF_FFFFL);
            memory.putLong(RESULTS + 8L * 5, 5);
            assertThatThrownBy(thread::preempt)
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("SuspendThread(a thread) failed");
            memory.putLong(RESULTS + 8, 0);
            memory.putLong(CARRIER + SAFE.current(), 0);
            thread.preempt();
        }
        assertThat(suspending.handles).containsExactly("open", "close " + THREAD);
    }

    @Test
    void leavesNoHandleOpenWhereTheSystemLacksMemory() {
        Suspending suspending = new Suspending();
        RefusingOperatingSystem refusing = new RefusingOperatingSystem();
        Preempter preempter = new PreemptSuspension(refusing, suspending, SAFE);
        refusing.refuse("map", RefusingOperatingSystem.ENOMEM);
        assertThatThrownBy(() -> preempter.attach(memory.address() + CARRIER)).isInstanceOf(HostException.class);
        assertThat(suspending.handles).isEmpty();
    }
}
