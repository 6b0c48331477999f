// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.SignalFrame;
import io.trapeze.runtime.os.Signals;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls the handler as a function, on records that stand for the kernel's, a carrier's and a goroutine's. */
@Tag("S39")
class PreemptHandlerTest {
    private static final OperatingSystem OS = OperatingSystem.current();

    private static final Signals SIGNALS = (Signals) OS.interrupts();
    private static final int SIGURG = SIGNALS.signalFrame().urgent();
    private static final int CAPACITY = 4;
    private static final int PLACE = 2;
    private static final int CODE = 0x400000;
    private static final long TRAMPOLINE = 0x7000_1234_5678L;

    /** Where things lie in {@link #memory}. */
    private static final int TABLE = 0;

    private static final int INFO = 128;
    private static final int CONTEXT = 256;
    private static final int CARRIER = 1024;
    private static final int GOROUTINE = 1280;
    private static final int NOTES = 1536;
    private static final int ELSEWHERE = 1792;
    private static final int STACK_LOW = 2048;
    private static final int STACK_HIGH = 4096 - 64;

    /** Offsets of the kernel's records. */
    private static final int SI_CODE = INFO + 8;

    private static final int SI_VALUE = INFO + 24;
    private static final int RSP = CONTEXT + 160;
    private static final int RIP = CONTEXT + 168;

    private static final SafePoint SAFE = new SafePoint(8, 16, 24, 2, 32, 40, 48, 56, 128);

    private final NativeMemory memory = NativeMemory.allocate(OS, 4096);
    private final CodeArena arena = CodeArena.open(OS, 4096);
    private final NativeFunction handler = handler(new SignalAction(SignalAction.DEFAULT, 0, 0));

    private long rsp = memory.address() + 3072 + 5;

    PreemptHandlerTest() {
        memory.putLong(TABLE + PreemptHandler.ENTRY_BYTES * PLACE, memory.address() + CARRIER);
        memory.putLong(CARRIER + SAFE.current(), memory.address() + GOROUTINE);
        memory.putLong(CARRIER + SAFE.trampoline(), TRAMPOLINE);
        memory.putLong(GOROUTINE + SAFE.status(), SAFE.running());
        memory.putLong(GOROUTINE + SAFE.stackLow(), memory.address() + STACK_LOW);
        memory.putLong(GOROUTINE + SAFE.stackHigh(), memory.address() + STACK_HIGH);
        memory.putLong(GOROUTINE + SAFE.codeLow(), CODE);
        memory.putLong(GOROUTINE + SAFE.codeHigh(), CODE + 100);
        memory.putInt(SI_CODE, -1);
        memory.putLong(SI_VALUE, (long) PreemptHandler.MAGIC << 32 | PLACE);
        memory.putLong(RIP, CODE + 50);
    }

    @AfterEach
    void close() {
        arena.close();
        memory.close();
    }

    private NativeFunction handler(SignalAction previous) {
        return arena.map(PreemptHandler.emit(
                        SAFE,
                        SIGNALS.signalFrame(),
                        OS.threadCalls().pointer(),
                        memory.address() + TABLE,
                        CAPACITY,
                        previous))
                .function();
    }

    private void deliver(NativeFunction to) {
        memory.putLong(RSP, rsp);
        to.call(SIGURG, memory.address() + INFO, memory.address() + CONTEXT);
    }

    @Test
    @Tag("S40")
    @Tag("S41")
    void aRunningGoroutineIsSentToTheTrampolineWithItsPlaceBelowTheRedZone() {
        for (int shift = 0; shift < 16; shift++) {
            rsp = memory.address() + 3072 + shift;
            memory.putLong(RIP, CODE + 50);
            byte[] redZone = new byte[128];
            Arrays.fill(redZone, (byte) 0xA5);
            memory.putBytes(3072 + shift - 128, redZone);
            deliver(handler);
            assertThat(memory.getLong(RIP)).isEqualTo(TRAMPOLINE);
            assertThat(memory.getLong(RSP)).isEqualTo(rsp - 128 - 8);
            assertThat(ByteBuffer.wrap(memory.getBytes(3072 + shift - 136, 8))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong())
                    .as("the word that the trampoline returns to")
                    .isEqualTo(CODE + 50);
            assertThat(memory.getBytes(3072 + shift - 128, 128))
                    .as("the red zone")
                    .isEqualTo(redZone);
        }
    }

    static Stream<Arguments> whatKeepsAGoroutineFromBeingPreempted() {
        return Stream.of(
                refusal("the carrier has left", t -> t.memory.putLong(TABLE + PreemptHandler.ENTRY_BYTES * PLACE, 0)),
                refusal("the carrier is in the scheduler", t -> t.memory.putLong(CARRIER + SAFE.current(), 0)),
                refusal("the goroutine does not run", t -> t.memory.putLong(GOROUTINE + SAFE.status(), 1)),
                refusal("rsp is above the goroutine's stack", t -> t.rsp = t.memory.address() + STACK_HIGH + 1),
                refusal("rsp leaves no room for the frame", t -> t.rsp = t.memory.address() + STACK_LOW - 1),
                refusal("pc is before the body", t -> t.memory.putLong(RIP, CODE - 1)),
                refusal("pc is behind the body", t -> t.memory.putLong(RIP, CODE + 100)),
                refusal("the place is beyond the table", t -> t.memory.putLong(SI_VALUE, magic(CAPACITY))),
                refusal("the place is far beyond the table", t -> t.memory.putLong(SI_VALUE, magic(0xFFFF_FFFFL))),
                refusal("no carrier has the place", t -> t.memory.putLong(SI_VALUE, magic(PLACE + 1))),
                refusal("the value is another's", t -> t.memory.putLong(SI_VALUE, PLACE)),
                refusal("kill sent it", t -> t.memory.putInt(SI_CODE, 0)),
                refusal("the kernel sent it", t -> t.memory.putInt(SI_CODE, 0x80)));
    }

    private interface Setting {
        void apply(PreemptHandlerTest test);
    }

    private static Arguments refusal(String what, Setting setting) {
        return Arguments.of(what, setting);
    }

    private static long magic(long place) {
        return (long) PreemptHandler.MAGIC << 32 | place;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatKeepsAGoroutineFromBeingPreempted")
    @Tag("Sj")
    void aGoroutineIsNotPreemptedIf(String what, Setting setting) {
        setting.apply(this);
        long pc = memory.getLong(RIP);
        byte[] stack = memory.getBytes(STACK_LOW - 256, 2048);
        deliver(handler);
        assertThat(memory.getLong(RIP)).as(what).isEqualTo(pc);
        assertThat(memory.getLong(RSP)).as(what).isEqualTo(rsp);
        assertThat(memory.getBytes(STACK_LOW - 256, 2048))
                .as("the stack, if " + what)
                .isEqualTo(stack);
    }

    @Test
    @Tag("Sj")
    void theLimitsThemselvesAreSafe() {
        rsp = memory.address() + STACK_HIGH;
        memory.putLong(RIP, CODE);
        deliver(handler);
        assertThat(memory.getLong(RIP)).isEqualTo(TRAMPOLINE);
        rsp = memory.address() + STACK_LOW;
        memory.putLong(RIP, CODE + 99);
        deliver(handler);
        assertThat(memory.getLong(RIP)).isEqualTo(TRAMPOLINE);
    }

    @Test
    void whatIsForeignGoesToThePreviousHandlerWithItsArguments() {
        Assembler a = new Assembler();
        a.mov(rax, memory.address() + NOTES);
        a.inc(qword(rax));
        a.mov(qword(rax, 8), rdi);
        a.mov(qword(rax, 16), rsi);
        a.mov(qword(rax, 24), rdx);
        a.ret();
        NativeFunction chained =
                handler(SignalAction.handledAt(arena.map(a.finish("previous")).address()));
        deliver(chained);
        assertThat(memory.getLong(NOTES))
                .as("deliveries of a preemption signal to the previous handler")
                .isZero();
        memory.putInt(SI_CODE, 0);
        deliver(chained);
        memory.putInt(SI_CODE, -1);
        memory.putLong(SI_VALUE, 42);
        deliver(chained);
        assertThat(memory.getLong(NOTES)).isEqualTo(2);
        assertThat(memory.getLong(NOTES + 8)).isEqualTo(SIGURG);
        assertThat(memory.getLong(NOTES + 16)).isEqualTo(memory.address() + INFO);
        assertThat(memory.getLong(NOTES + 24)).isEqualTo(memory.address() + CONTEXT);
    }

    /**
     * As on systems whose signals carry no value, and whose record of registers lies elsewhere: the handler looks its own thread
     * up. Which word tells threads apart is data, so that of this system serves.
     */
    private NativeFunction handlerThatLooksItsThreadUp(SignalAction previous) {
        SignalFrame frame = new SignalFrame(SIGURG, OptionalInt.empty(), OptionalInt.of(48), 72, 144);
        memory.putLong(CONTEXT + 48, memory.address() + ELSEWHERE);
        memory.putLong(ELSEWHERE + 72, rsp);
        memory.putLong(ELSEWHERE + 144, CODE + 50);
        return arena.map(PreemptHandler.emit(
                        SAFE, frame, OS.threadCalls().pointer(), memory.address() + TABLE, CAPACITY, previous))
                .function();
    }

    private long threadPointer() {
        Assembler a = new Assembler();
        a.mov(rax, OS.threadCalls().pointer().operand());
        a.ret();
        return arena.map(a.finish("thread_pointer")).function().call();
    }

    private long entry(int place, int field) {
        return TABLE + (long) PreemptHandler.ENTRY_BYTES * place + field;
    }

    @Test
    void withoutAValueTheThreadIsLookedUpAndPreemptedIfItWasAsked() {
        NativeFunction lookingUp = handlerThatLooksItsThreadUp(new SignalAction(SignalAction.DEFAULT, 0, 0));
        memory.putLong(entry(PLACE - 1, PreemptHandler.ENTRY_THREAD), 0x1234);
        memory.putLong(entry(PLACE - 1, PreemptHandler.ENTRY_CARRIER), 8); // never to be read
        memory.putLong(entry(PLACE, PreemptHandler.ENTRY_THREAD), threadPointer());
        deliver(lookingUp);
        assertThat(memory.getLong(ELSEWHERE + 144)).as("nobody asked").isEqualTo(CODE + 50);
        memory.putLong(entry(PLACE, PreemptHandler.ENTRY_ASKED), 1);
        deliver(lookingUp);
        assertThat(memory.getLong(ELSEWHERE + 144)).isEqualTo(TRAMPOLINE);
        assertThat(memory.getLong(ELSEWHERE + 72)).isEqualTo(rsp - 128 - 8);
        assertThat(memory.getLong(entry(PLACE, PreemptHandler.ENTRY_ASKED)))
                .as("whether it is asked still")
                .isZero();
    }

    @Test
    void withoutAValueASignalThatNobodyAskedForIsForeign() {
        Assembler a = new Assembler();
        a.mov(rax, memory.address() + NOTES);
        a.inc(qword(rax));
        a.ret();
        NativeFunction lookingUp = handlerThatLooksItsThreadUp(
                SignalAction.handledAt(arena.map(a.finish("previous")).address()));
        deliver(lookingUp);
        assertThat(memory.getLong(NOTES)).as("a thread that is no carrier").isEqualTo(1);
        memory.putLong(entry(PLACE, PreemptHandler.ENTRY_THREAD), threadPointer());
        deliver(lookingUp);
        assertThat(memory.getLong(NOTES)).as("a carrier that was not asked").isEqualTo(2);
        memory.putLong(entry(PLACE, PreemptHandler.ENTRY_ASKED), 1);
        deliver(lookingUp);
        assertThat(memory.getLong(NOTES)).as("one that was").isEqualTo(2);
        assertThat(memory.getLong(ELSEWHERE + 144)).isEqualTo(TRAMPOLINE);
    }
}
