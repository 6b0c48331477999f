// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.runtime.preempt.Preempter;
import io.trapeze.runtime.preempt.PreemptionTimer;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Runs goroutines on a few carriers.
 *
 * <p>{@link #go} makes goroutines, at any time and from any thread; {@link #run} runs them until every one has ended.
 * {@link #close} gives all memory back.
 *
 * <pre>{@code
 * try (Scheduler scheduler = Scheduler.builder().carriers(2).build()) {
 *     scheduler.go(body -> {
 *         body.mov(rbx, 1_000);
 *         Label again = body.here();
 *         body.yield();
 *         body.dec(rbx);
 *         body.jnz(again);
 *     });
 *     scheduler.run();
 * }
 * }</pre>
 */
public final class Scheduler implements AutoCloseable {
    private final Records records;
    private final CodeArena arena;
    private final NativeMemory control;
    private final GoroutineTable goroutines;
    private final MappedCode code;
    private final List<MappedCode> fixed;
    private final BodyCompiler compiler;
    private final NativeFunction pushGlobal;
    private final NativeFunction ready;
    private final NativeFunction wakeAll;
    private final UpcallGate gate;
    private final List<Machine> machines = new ArrayList<>();
    private final Duration timeSlice;
    private final SaveSet saveSet;
    /** Held while goroutines are started, so that no memory is given back meanwhile. */
    private final Object lifetime = new Object();

    private volatile boolean closed;
    private boolean closing;
    private Thread runner;

    Scheduler(OperatingSystem os, Host host, SchedulerBuilder builder) {
        this.timeSlice = builder.timeSlice;
        SaveSet widest = SaveSet.widest(host.cpu().xcr0());
        this.saveSet = saveSet(builder.saveSet, widest);
        this.records = Records.of(host.abi(), builder.abi.orElse(host.abi()), builder.omission);
        requireRegisters(records.abi(), widest);
        try (Unwinding opened = new Unwinding()) {
            this.goroutines =
                    opened.add(GoroutineTable.open(os, records, builder.maxGoroutines, builder.stackBytes, saveSet));
            this.arena = opened.add(CodeArena.open(os));
            this.control = opened.add(NativeMemory.allocate(
                    os, records.shared().size() + (long) records.m().size() * builder.carriers));
            MappedPrimitives primitives = MappedPrimitives.map(arena, records.abi(), saveSet, builder.omission);
            this.code = arena.map(
                    SchedulerCode.emit(records, os.threadCalls(), goroutines.slotSize()), primitives.symbols());
            primitives.mapAsyncPreempt(code.address("async_preempt2"));
            this.fixed =
                    Stream.concat(Stream.of(code), primitives.code().stream()).toList();
            this.compiler = new BodyCompiler(records, goroutines.slotSize(), arena, code);
            this.pushGlobal = code.function("push_global");
            this.ready = code.function("ready");
            this.wakeAll = code.function("wake_all");
            this.gate = opened.add(new UpcallGate(goroutines, builder.onFailure));
            Layout<SharedField> shared = records.shared();
            shared.put(control, 0, SharedField.CARRIERS, builder.carriers);
            directUpcalls(gate.handle(), gate.method());
            Optional<Preempter> preempter =
                    timeSlice.isZero() ? Optional.empty() : Optional.of(Preempter.install(os, records.safePoint()));
            for (int i = 0; i < builder.carriers; i++) {
                long record = shared.size() + (long) i * records.m().size();
                machines.add(new Machine(
                        os,
                        records,
                        control,
                        record,
                        control.address(),
                        code,
                        primitives.address(Primitive.ASYNC_PREEMPT),
                        preempter));
            }
            opened.keep();
        }
    }

    /** Sends upcalls to an object, by its JNI handle, and a method of it, by its JNI id. */
    void directUpcalls(long target, long method) {
        records.shared().put(control, 0, SharedField.UPCALL_TARGET, target);
        records.shared().put(control, 0, SharedField.UPCALL_METHOD, method);
    }

    private static SaveSet saveSet(Optional<SaveSet> asked, SaveSet widest) {
        asked.filter(set -> !set.fits(widest)).ifPresent(set -> {
            throw new IllegalArgumentException("saveSet(" + set + "): this machine lets programs use no more than "
                    + widest + "; leave the option out for the widest it has");
        });
        return asked.orElse(widest);
    }

    private static void requireRegisters(Abi abi, SaveSet widest) {
        if (!SaveSet.neededBy(abi).fits(widest)) {
            throw new UnsupportedHostException(
                    "processor: ABI '" + abi.name() + "' preserves registers of " + SaveSet.neededBy(abi)
                            + ", and here there is " + widest,
                    "one that has them");
        }
    }

    /**
     * Checks that goroutines could live by an ABI on this host, without making anything but code that is thrown away.
     *
     * @throws io.trapeze.trampolines.abi.AbiException if not; the message names the field, the register and what would help
     */
    public static void requireSchedulable(Abi abi, Omission omission) {
        OperatingSystem os = OperatingSystem.current();
        Records records = Records.of(os.abi(), abi, omission);
        for (Primitive primitive : Primitive.values()) {
            primitive.emit(records.abi(), SaveSet.SSE, omission);
        }
        SchedulerCode.emit(records, os.threadCalls(), 1 << 16);
    }

    /** Returns the code that is not of bodies: the primitives and what is between them. To tell where something happened. */
    public List<MappedCode> fixedCode() {
        return fixed;
    }

    /** Returns a builder with the defaults. */
    public static SchedulerBuilder builder() {
        return new SchedulerBuilder();
    }

    /** Emits and maps a body that any number of goroutines can run. */
    public Body compile(String name, Consumer<GoroutineAssembler> body) {
        requireOpen();
        return compiler.compile(this, name, body, false);
    }

    /** Starts a goroutine with a body of its own. */
    public Goroutine go(Consumer<GoroutineAssembler> body) {
        requireOpen();
        Body compiled = compiler.compile(this, "body" + (goroutines.created() + 1), body, true);
        try {
            return go(compiled);
        } catch (RuntimeException e) {
            compiled.close();
            throw e;
        }
    }

    /**
     * Starts a goroutine.
     *
     * @param body compiled by this scheduler
     * @param arguments up to six values, which it finds in {@code rdi rsi rdx rcx r8 r9}, or where an ABI other than the host's
     *     puts them
     * @throws io.trapeze.runtime.stack.StackExhaustedException if as many goroutines live as the scheduler has room for
     */
    public Goroutine go(Body body, long... arguments) {
        requireOpen();
        if (!body.belongsTo(this)) {
            throw new IllegalArgumentException(
                    "body '" + body.blob().name() + "' was compiled by another scheduler: compile it with this one");
        }
        if (arguments.length > 6) {
            throw new IllegalArgumentException(
                    arguments.length + " arguments: a goroutine takes at most 6, in registers;"
                            + " pass the address of a block for more");
        }
        synchronized (lifetime) {
            requireOpen();
            return start(body, arguments);
        }
    }

    private Goroutine start(Body body, long... arguments) {
        Goroutine goroutine = goroutines.create(this, body, code, arguments);
        pushGlobal.call(goroutine.address(), control.address());
        return goroutine;
    }

    /**
     * Makes a parked goroutine runnable; if it is not parked, its next {@link GoroutineAssembler#park} goes on at once. From
     * any thread. An ended goroutine is left alone.
     */
    public void ready(Goroutine goroutine) {
        requireOpen();
        if (goroutine.scheduler() != this) {
            throw new IllegalArgumentException(goroutine + " belongs to another scheduler");
        }
        synchronized (goroutine) {
            if (!goroutine.hasEnded()) {
                ready.call(goroutine.address(), control.address());
            }
        }
    }

    /**
     * Runs all goroutines, those started meanwhile included, until every one has ended.
     *
     * <p>A goroutine that failed does not end the run: ask it for its {@link Goroutine#failure}. If goroutines are parked and
     * nobody makes them ready, this waits.
     *
     * @throws IllegalStateException if it is running already, from inside an upcall, or if it was closed meanwhile
     */
    public void run() {
        begin();
        try {
            while (goroutines.live() > 0 && !isClosing()) {
                runOnce();
            }
        } finally {
            end();
        }
        long left = goroutines.live();
        if (left > 0 && isClosing()) {
            throw new IllegalStateException("the scheduler was closed while " + left + " goroutine(s) lived");
        }
    }

    private synchronized void begin() {
        requireOpen();
        requireOutside("run");
        if (runner != null) {
            throw new IllegalStateException("run is under way in thread '" + runner.getName()
                    + "': one run at a time; it also runs what is started meanwhile");
        }
        runner = Thread.currentThread();
    }

    private synchronized void end() {
        runner = null;
        notifyAll();
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /**
     * Makes the calling thread the only carrier while {@code work} runs. Goroutines run in its calls of {@link Carrier#enter}, and
     * at no other time.
     *
     * @throws IllegalStateException if a run is under way, or from inside an upcall
     */
    public void attached(Consumer<Carrier> work) {
        begin();
        setStop(0);
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
            end();
        }
    }

    /** Enters until nothing is runnable. */
    void runRunnable(Machine machine) {
        int reason = machine.enter();
        while (reason != SchedulerCode.IDLE) {
            if (reason == SchedulerCode.EXITED) {
                ended(machine);
            } else if (isClosing()) {
                throw new IllegalStateException("the scheduler is being closed: let the work of attached() return");
            } else {
                setStop(0); // the last goroutine's end had set it; more may have been started since
            }
            reason = machine.enter();
        }
    }

    private synchronized void requireOutside(String what) {
        if (Thread.currentThread() == runner
                || Thread.currentThread() instanceof CarrierThread carrier && carrier.scheduler() == this) {
            throw new IllegalStateException(
                    what + " from inside an upcall, or from attached work: this thread is a carrier of the same"
                            + " scheduler. Start goroutines with go() and return from there first");
        }
    }

    private void runOnce() {
        setStop(0);
        List<CarrierThread> threads = new ArrayList<>();
        PreemptionTimer timer = PreemptionTimer.start(machines, timeSlice);
        try {
            for (int i = 0; i < machines.size(); i++) {
                CarrierThread thread = new CarrierThread(this, machines.get(i), i);
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

    private void ended(Machine machine) {
        long address = machine.takeExited();
        machine.takeEscaped().ifPresent(thrown -> gate.fail(address, thrown));
        if (goroutines.release(address)) {
            stop();
        }
    }

    /** Makes all carriers leave at their next look around. */
    void stop() {
        setStop(1);
        wakeAll.call(control.address());
    }

    private void setStop(long value) {
        records.shared().put(control, 0, SharedField.STOP, value);
    }

    GoroutineState state(Goroutine goroutine) {
        return goroutines.state(goroutine);
    }

    long sharedAddress() {
        return control.address();
    }

    /** Returns what has been done so far; exact while nothing runs. */
    public SchedulerStatistics statistics() {
        synchronized (lifetime) {
            requireOpen();
            return new SchedulerStatistics(
                    goroutines.created() - goroutines.live(),
                    machines.stream().mapToLong(Machine::switches).sum(),
                    machines.stream().mapToLong(Machine::upcalls).sum(),
                    machines.stream().mapToLong(Machine::preemptions).sum());
        }
    }

    /** Returns the number of carriers. */
    public int carriers() {
        return machines.size();
    }

    /**
     * Returns the ABI that goroutines live by. Where the one that was asked for has no register that could hold the goroutine, its
     * {@code pinned.g} says which one was chosen.
     */
    public Abi abi() {
        return records.abi();
    }

    /** Returns the register that holds the goroutine in bodies. */
    public IndexReg goroutineRegister() {
        return records.goroutine();
    }

    /** Returns what preemption saves. */
    public SaveSet saveSet() {
        return saveSet;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the scheduler is closed: build a new one");
        }
    }

    /**
     * Ends a run that is under way, and gives all memory back; again does nothing.
     *
     * @throws IllegalStateException if goroutines still lived, after all is given back; from inside an upcall, before anything
     */
    @Override
    public void close() {
        requireOutside("close");
        synchronized (this) {
            if (closed) {
                return;
            }
            closing = true;
            boolean interrupted = false;
            while (runner != null) {
                stop();
                try {
                    wait(100);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            synchronized (lifetime) {
                closed = true;
            }
        }
        goroutines.abandon();
        gate.close();
        arena.close();
        goroutines.close();
        control.close();
        if (goroutines.live() > 0) {
            throw new IllegalStateException("closed while " + goroutines.live()
                    + " goroutine(s) lived: call run() first; it returns when all have ended");
        }
    }
}
