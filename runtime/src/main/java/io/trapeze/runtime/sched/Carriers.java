// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.runtime.preempt.PreemptionTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The carriers of one scheduler at work: who enters, what Java does each time emitted code needs it, and when all of them stop.
 */
final class Carriers {
    private final List<Machine> machines;
    private final Duration timeSlice;
    private final SharedRecord shared;
    private final GoroutineTable goroutines;
    private final UpcallGate gate;
    private final Lifetime lifetime;

    Carriers(
            List<Machine> machines,
            Duration timeSlice,
            SharedRecord shared,
            GoroutineTable goroutines,
            UpcallGate gate,
            Lifetime lifetime) {
        this.machines = List.copyOf(machines);
        this.timeSlice = timeSlice;
        this.shared = shared;
        this.goroutines = goroutines;
        this.gate = gate;
        this.lifetime = lifetime;
    }

    int count() {
        return machines.size();
    }

    /** Runs each carrier in a thread of its own, until the last goroutine has ended or they are told to stop. */
    void run() {
        shared.goOn();
        List<CarrierThread> threads = new ArrayList<>();
        PreemptionTimer timer = PreemptionTimer.start(machines, timeSlice);
        try {
            for (int i = 0; i < machines.size(); i++) {
                CarrierThread thread = new CarrierThread(this, lifetime, machines.get(i), i);
                thread.start();
                threads.add(thread);
            }
        } finally {
            if (threads.size() < machines.size()) {
                stop();
            }
            threads.forEach(CarrierThread::awaitEnd);
            timer.close();
        }
        threads.forEach(CarrierThread::rethrow);
    }

    /** What a carrier's thread does. */
    void carry(Machine machine) {
        machine.attached(() -> {
            int reason = SchedulerCode.IDLE;
            while (reason != SchedulerCode.STOPPED) {
                reason = machine.enter();
                if (reason == SchedulerCode.EXITED) {
                    ended(machine);
                } else if (reason == SchedulerCode.IDLE) {
                    machine.waitForWork();
                }
            }
        });
    }

    /** Makes the calling thread the only carrier while {@code work} runs. */
    void attached(Consumer<Carrier> work) {
        shared.goOn();
        Machine machine = machines.get(0);
        PreemptionTimer timer = PreemptionTimer.start(List.of(machine), timeSlice);
        try {
            machine.attached(() -> {
                Carrier carrier = new Carrier(this, machine);
                try {
                    work.accept(carrier);
                } finally {
                    carrier.detach();
                }
            });
        } finally {
            timer.close();
        }
    }

    /** Enters until nothing is runnable. */
    void runRunnable(Machine machine) {
        int reason = machine.enter();
        while (reason != SchedulerCode.IDLE) {
            if (reason == SchedulerCode.EXITED) {
                ended(machine);
            } else if (lifetime.isClosing()) {
                throw new IllegalStateException("the scheduler is being closed: let the work of attached() return");
            } else {
                shared.goOn(); // the last goroutine's end had set it; more may have been started since
            }
            reason = machine.enter();
        }
    }

    private void ended(Machine machine) {
        long address = machine.takeExited();
        machine.takeEscaped().ifPresent(thrown -> gate.fail(address, thrown));
        if (goroutines.release(address)) {
            stop();
        }
    }

    /** Makes all of them leave at their next look around. */
    void stop() {
        shared.stop();
    }

    /** Returns what they have done so far; exact while nothing runs. */
    SchedulerStatistics statistics() {
        return new SchedulerStatistics(
                goroutines.created() - goroutines.live(),
                machines.stream().mapToLong(Machine::switches).sum(),
                machines.stream().mapToLong(Machine::upcalls).sum(),
                machines.stream().mapToLong(Machine::preemptions).sum());
    }
}
