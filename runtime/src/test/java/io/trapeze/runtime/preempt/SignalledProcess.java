// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.SignalAction;
import io.trapeze.runtime.os.Signals;
import io.trapeze.runtime.sched.Scheduler;
import java.time.Duration;

/** A process that runs goroutines and is sent SIGURG by {@code kill}, with a value, and with a value that looks like ours. */
final class SignalledProcess {
    private static final OperatingSystem OS = OperatingSystem.current();

    private static final Signals SIGNALS = (Signals) OS.interrupts();
    private static final int SIGURG = SIGNALS.signalFrame().urgent();

    private SignalledProcess() {}

    public static void main(String[] arguments) throws Exception {
        CodeArena arena = CodeArena.open(OS, 4096);
        NativeMemory memory = NativeMemory.allocate(OS, 4096);
        boolean handled = arguments[0].equals("with-handler");
        if (handled) {
            Assembler a = new Assembler();
            a.mov(rax, memory.address());
            a.lock().inc(qword(rax));
            a.ret();
            SIGNALS.installSignalAction(
                    SIGURG,
                    SignalAction.handledAt(arena.map(a.finish("previous")).address()));
        }
        try (Scheduler scheduler = Scheduler.builder()
                .carriers(2)
                .maxGoroutines(4)
                .timeSlice(Duration.ofMillis(1))
                .build()) {
            for (int i = 0; i < 4; i++) {
                scheduler.go(a -> {
                    a.mov(rbx, memory.address() + 64);
                    Label again = a.here();
                    a.cmp(qword(rbx), 0);
                    a.je(again);
                });
            }
            Thread runner = new Thread(scheduler::run);
            runner.start();
            while (scheduler.statistics().preemptions() < 4) {
                Thread.sleep(1);
            }
            long expected = 0;
            new ProcessBuilder("sh", "-c", "kill -URG " + OS.currentProcess())
                    .inheritIO()
                    .start()
                    .waitFor();
            await(memory, handled ? ++expected : 0);
            SIGNALS.signalThread(OS.currentThread(), SIGURG, 42);
            await(memory, handled ? ++expected : 0);
            SIGNALS.signalThread(OS.currentThread(), SIGURG, (long) PreemptHandler.MAGIC << 32 | 0xFFFF);
            await(memory, handled ? ++expected : 0);
            SIGNALS.signalThread(OS.currentThread(), SIGURG, (long) PreemptHandler.MAGIC << 32);
            long before = scheduler.statistics().preemptions();
            while (scheduler.statistics().preemptions() < before + 4) {
                Thread.sleep(1);
            }
            memory.putLongVolatile(64, 1);
            runner.join();
            System.out.println("previous handler called " + memory.getLongVolatile(0) + " times");
            System.out.println("preempted: " + (scheduler.statistics().preemptions() > 0));
        }
    }

    private static void await(NativeMemory memory, long count) throws InterruptedException {
        while (memory.getLongVolatile(0) < count) {
            Thread.sleep(1);
        }
    }
}
