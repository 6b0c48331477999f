// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.SignalStack;
import io.trapeze.runtime.os.Signals;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SignalDeliveryTest {

    private static final int SIGURG = 23;
    private static final int COUNT = 0;
    private static final int SIGNAL = 8;
    private static final int VALUE = 16;
    private static final int STACK_POINTER = 24;

    /** Counts, and notes the signal's number, its value ({@code siginfo_t.si_value} at 24) and the handler's stack pointer. */
    private static CodeBlob handler(long notes) {
        Assembler a = new Assembler();
        a.mov(rax, notes);
        a.mov(rcx, qword(rsi, 24));
        a.mov(qword(rax, VALUE), rcx);
        a.mov(qword(rax, SIGNAL), rdi);
        a.mov(qword(rax, STACK_POINTER), rsp);
        a.lock().add(qword(rax, COUNT), 1);
        a.ret();
        return a.finish("handler");
    }

    @Test
    @Tag("S39")
    void anEmittedHandlerGetsTheQueuedValueOnTheAlternateStackOfTheThread() {
        OperatingSystem os = OperatingSystem.current();
        Signals signals = (Signals) os.interrupts();
        long stackBytes = signals.minimumSignalStack() + 16 * 1024;
        try (CodeArena arena = CodeArena.open(os);
                NativeMemory notes = NativeMemory.allocate(os, 64);
                NativeMemory stack = NativeMemory.allocate(os, stackBytes)) {
            MappedCode handler = arena.map(handler(notes.address()));
            SignalAction before = signals.installSignalAction(SIGURG, SignalAction.handledAt(handler.address()));
            SignalStack stackBefore = signals.installSignalStack(new SignalStack(stack.address(), stack.size()));
            try {
                signals.signalThread(os.currentThread(), SIGURG, 0x1122334455667788L);
            } finally {
                signals.installSignalStack(stackBefore);
                signals.installSignalAction(SIGURG, before);
            }
            assertThat(notes.getLong(COUNT)).isEqualTo(1);
            assertThat(notes.getLong(SIGNAL)).isEqualTo(SIGURG);
            assertThat(notes.getLong(VALUE)).isEqualTo(0x1122334455667788L);
            assertThat(notes.getLong(STACK_POINTER)).isBetween(stack.address(), stack.address() + stack.size());
        }
    }
}
