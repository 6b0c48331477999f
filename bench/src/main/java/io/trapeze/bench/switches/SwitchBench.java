// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

import io.trapeze.bench.peers.Peer;
import io.trapeze.bench.peers.PeerBench;
import io.trapeze.bench.sampling.Conditions;
import io.trapeze.bench.sampling.Measure;
import io.trapeze.bench.sampling.PinnedThread;
import io.trapeze.bench.sampling.Sampler;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.MappedPrimitives;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Measures switches and calls side by side with the peers. It goes round: some samples of everything of Trapeze's, then a run of
 * each peer, and so on, so that what else happens on the machine hits all alike. All measuring happens on one processor.
 */
public final class SwitchBench implements AutoCloseable {
    private final Effort effort;
    private final Consumer<String> progress;
    private final PeerBench peers = PeerBench.here();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<Subject, Measure> measures = new EnumMap<>(Subject.class);
    private final Map<Subject, Sampler> samplers = new EnumMap<>(Subject.class);

    private SwitchBench(Effort effort, Consumer<String> progress) {
        this.effort = effort;
        this.progress = progress;
    }

    /**
     * Measures everything.
     *
     * @param progress is told what is measured now
     * @throws InterruptedException if this thread was interrupted while a peer ran
     * @throws io.trapeze.runtime.os.UnsupportedHostException if this machine can't run emitted code
     */
    public static SwitchReport run(Effort effort, Consumer<String> progress) throws InterruptedException {
        try (SwitchBench bench = new SwitchBench(effort, progress)) {
            bench.open();
            return bench.measure();
        }
    }

    private void open() {
        OperatingSystem os = OperatingSystem.current();
        CodeArena arena = opened(CodeArena.open(os));
        MappedPrimitives primitives = MappedPrimitives.map(arena, Abi.SYSTEM_V, SaveSet.SSE);
        measures.put(Subject.BARE, opened(DirectSwitch.open(os, arena, primitives, HandOver.BARE)));
        measures.put(Subject.FULL, opened(DirectSwitch.open(os, arena, primitives, HandOver.FULL)));
        measures.put(Subject.PRIMITIVES, opened(DirectSwitch.open(os, arena, primitives, HandOver.PRIMITIVES)));
        for (Subject subject : List.of(Subject.YIELD_2, Subject.YIELD_100, Subject.YIELD_1000, Subject.YIELD_10000)) {
            measures.put(subject, opened(new RingYield(subject.n().orElseThrow(), false)));
        }
        measures.put(Subject.YIELD_CONTROL, opened(new RingYield(2, true)));
        measures.put(Subject.SYSTEMSTACK, opened(StackSwitch.open(os, arena, primitives)));
        measures.put(Subject.UPCALL, opened(new JavaUpcall()));
        measures.put(Subject.ENTER_LEAVE, opened(new EnterLeave()));
        measures.put(Subject.CALL_BOUND, FunctionCall.bound(os));
        measures.put(Subject.CALL_JNA_DIRECT, FunctionCall.jnaDirect());
        measures.put(Subject.CALL_JNA_FUNCTION, FunctionCall.jnaFunction(os));
        ForeignFunctionCall.open().ifPresent(measure -> measures.put(Subject.CALL_FOREIGN, measure));
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private SwitchReport measure() throws InterruptedException {
        OptionalInt pinnedTo = pinned(this::warmUp);
        Conditions conditions = Conditions.now(pinnedTo);
        List<PeerRounds> rounds =
                Arrays.stream(Peer.values()).map(PeerRounds::new).toList();
        for (int round = 1; round <= effort.rounds(); round++) {
            String which = "round " + round + " of " + effort.rounds() + ": ";
            pinned(() -> sample(which));
            for (PeerRounds peer : rounds) {
                if (peer.goesOn()) {
                    progress.accept(which + peer.peer().label());
                    peer.add(peers.measure(peer.peer()));
                }
            }
        }
        return report(conditions, rounds);
    }

    /** Does the work on the processor that peers are pinned to; returns its number if the system allowed it. */
    private OptionalInt pinned(Runnable work) {
        OptionalInt cpu = peers.cpu();
        Optional<PinnedThread> pin = cpu.isPresent() ? PinnedThread.to(cpu.getAsInt()) : Optional.empty();
        try {
            work.run();
        } finally {
            pin.ifPresent(PinnedThread::close);
        }
        return pin.isPresent() ? cpu : OptionalInt.empty();
    }

    private void warmUp() {
        measures.forEach((subject, measure) -> {
            progress.accept("warming up: " + subject.label());
            samplers.put(subject, Sampler.warm(measure, effort.sample(), effort.warmUp()));
        });
    }

    private void sample(String round) {
        samplers.forEach((subject, sampler) -> {
            progress.accept(round + subject.label());
            for (int i = 0; i < effort.samplesPerRound(); i++) {
                sampler.sample();
            }
        });
    }

    private SwitchReport report(Conditions conditions, List<PeerRounds> rounds) {
        List<Row> rows = new ArrayList<>();
        samplers.forEach((subject, sampler) -> rows.add(Row.of(subject, sampler.samples())));
        rounds.forEach(peer -> rows.addAll(peer.rows()));
        List<Absence> absent = new ArrayList<>();
        if (!samplers.containsKey(Subject.CALL_FOREIGN)) {
            absent.add(new Absence(
                    Subject.CALL_FOREIGN.label(),
                    "this is Java " + Runtime.version().feature() + "; run it with JAVA_HOME set to a JDK "
                            + ForeignFunctionCall.FIRST_JDK + " or later",
                    false));
        }
        rounds.forEach(peer -> absent.addAll(peer.absences()));
        List<String> versions =
                rounds.stream().flatMap(peer -> peer.versions().stream()).toList();
        return new SwitchReport(conditions, rows, versions, absent, Bars.judge(rows));
    }

    /** Gives all memory back. */
    @Override
    public void close() {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("can't give back " + resource, e);
            }
        }
    }
}
