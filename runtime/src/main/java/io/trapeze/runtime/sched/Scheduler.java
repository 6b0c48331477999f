// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.host.Host;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.os.UnsupportedHostException;
import io.trapeze.runtime.preempt.Preempter;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
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
    private final SharedRecord shared;
    private final UpcallGate gate;
    private final Carriers carriers;
    private final SaveSet saveSet;
    private final Lifetime lifetime = new Lifetime();

    Scheduler(OperatingSystem os, Host host, SchedulerBuilder builder) {
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
            this.shared = new SharedRecord(records, control, code, builder.carriers);
            this.gate = opened.add(new UpcallGate(goroutines, builder.onFailure));
            directUpcalls(gate.handle(), gate.method());
            List<Machine> machines = machines(os, builder, primitives.address(Primitive.ASYNC_PREEMPT));
            this.carriers = new Carriers(machines, builder.timeSlice, shared, goroutines, gate, lifetime);
            opened.keep();
        }
    }

    private List<Machine> machines(OperatingSystem os, SchedulerBuilder builder, long trampoline) {
        Optional<Preempter> preempter =
                builder.timeSlice.isZero() ? Optional.empty() : Optional.of(Preempter.install(os, records.safePoint()));
        List<Machine> machines = new ArrayList<>();
        for (int i = 0; i < builder.carriers; i++) {
            long record = records.shared().size() + (long) i * records.m().size();
            machines.add(new Machine(os, records, control, record, control.address(), code, trampoline, preempter));
        }
        return machines;
    }

    /** Sends upcalls to an object, by its JNI handle, and a method of it, by its JNI id. */
    void directUpcalls(long target, long method) {
        shared.directUpcalls(target, method);
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
        lifetime.requireOpen();
        return compiler.compile(this, name, body, false);
    }

    /** Starts a goroutine with a body of its own. */
    public Goroutine go(Consumer<GoroutineAssembler> body) {
        lifetime.requireOpen();
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
        lifetime.requireOpen();
        if (!body.belongsTo(this)) {
            throw new IllegalArgumentException(
                    "body '" + body.blob().name() + "' was compiled by another scheduler: compile it with this one");
        }
        if (arguments.length > 6) {
            throw new IllegalArgumentException(
                    arguments.length + " arguments: a goroutine takes at most 6, in registers;"
                            + " pass the address of a block for more");
        }
        return lifetime.whileOpen(() -> start(body, arguments));
    }

    private Goroutine start(Body body, long... arguments) {
        Goroutine goroutine = goroutines.create(this, body, code, arguments);
        shared.push(goroutine);
        return goroutine;
    }

    /**
     * Makes a parked goroutine runnable; if it is not parked, its next {@link GoroutineAssembler#park} goes on at once. From
     * any thread. An ended goroutine is left alone.
     */
    public void ready(Goroutine goroutine) {
        lifetime.requireOpen();
        if (goroutine.scheduler() != this) {
            throw new IllegalArgumentException(goroutine + " belongs to another scheduler");
        }
        synchronized (goroutine) {
            if (!goroutine.hasEnded()) {
                shared.ready(goroutine);
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
        lifetime.begin();
        try {
            while (goroutines.live() > 0 && !lifetime.isClosing()) {
                carriers.run();
            }
        } finally {
            lifetime.end();
        }
        long left = goroutines.live();
        if (left > 0 && lifetime.isClosing()) {
            throw new IllegalStateException("the scheduler was closed while " + left + " goroutine(s) lived");
        }
    }

    /**
     * Makes the calling thread the only carrier while {@code work} runs. Goroutines run in its calls of {@link Carrier#enter}, and
     * at no other time.
     *
     * @throws IllegalStateException if a run is under way, or from inside an upcall
     */
    public void attached(Consumer<Carrier> work) {
        lifetime.begin();
        try {
            carriers.attached(work);
        } finally {
            lifetime.end();
        }
    }

    GoroutineState state(Goroutine goroutine) {
        return goroutines.state(goroutine);
    }

    long sharedAddress() {
        return shared.address();
    }

    /** Returns what has been done so far; exact while nothing runs. */
    public SchedulerStatistics statistics() {
        return lifetime.whileOpen(carriers::statistics);
    }

    /** Returns the number of carriers. */
    public int carriers() {
        return carriers.count();
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

    /**
     * Ends a run that is under way, and gives all memory back; again does nothing.
     *
     * @throws IllegalStateException if goroutines still lived, after all is given back; from inside an upcall, before anything
     */
    @Override
    public void close() {
        if (!lifetime.close(carriers::stop)) {
            return;
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
