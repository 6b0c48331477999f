// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.Goroutine;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Goroutines that call Java, which allocates, throws, takes locks and starts more goroutines, while another thread makes the
 * collector run all the time. Each result is checked in machine code, and whatever Java did once more at the end.
 */
public final class Upcalls implements Program {
    /** Every so many goroutines end by what their last upcall throws. */
    private static final int THROWING = 10;

    private static final int MOST_STARTED = 2_000;

    /** The block: what the goroutine begins with, then what it ends with. */
    private static final int INDEX = Blocks.OWN;

    private static final int TOTAL = INDEX + 8;
    private static final int VALUE = TOTAL + 8;
    private static final int WANTED = VALUE + 8;
    private static final int BLOCK = WANTED + 8;

    private final int upcalls;
    private final Consumer<GoroutineAssembler> intruder;

    /** About 60,000 upcalls. */
    public Upcalls() {
        this(60_000, body -> {});
    }

    /**
     * @param upcalls how many, shared among the goroutines
     * @param intruder what else happens between each upcall and the check of its result; by rights nothing
     */
    public Upcalls(int upcalls, Consumer<GoroutineAssembler> intruder) {
        this.upcalls = upcalls;
        this.intruder = intruder;
    }

    @Override
    public String name() {
        return "upcall";
    }

    @Override
    public String shows() {
        return "goroutines call Java, which allocates, throws and locks, while the collector runs all the time";
    }

    @Override
    public int usualGoroutines() {
        return 200;
    }

    @Override
    public ProgramReport run(ProgramOptions options, Progress progress) throws InterruptedException {
        int count = options.goroutines();
        int rounds = Math.max(2, upcalls / count);
        int started = Math.min(MOST_STARTED, count);
        progress.report("%,d goroutines call Java %,d times each".formatted(count, rounds));
        Verdict verdict = new Verdict();
        Desk desk = new Desk(count, rounds, verdict);
        AtomicLong collections = new AtomicLong();
        try (Blocks blocks = new Blocks(count, BLOCK);
                Scheduler scheduler = Scheduler.builder()
                        .carriers(options.carriers())
                        .maxGoroutines(count + started)
                        .onFailure(desk::failed)
                        .build()) {
            Body body = scheduler.compile("calls_java", a -> emit(a, desk));
            Body child = scheduler.compile("started", a -> a.callJava(desk::startedRuns));
            desk.starts(() -> scheduler.go(child), started);
            SplittableRandom random = new SplittableRandom(options.seed());
            List<Goroutine> goroutines = new ArrayList<>(count);
            long[] first = random.longs(count).toArray();
            for (int i = 0; i < count; i++) {
                blocks.put(i, INDEX, i);
                blocks.put(i, TOTAL, rounds);
                blocks.put(i, VALUE, first[i]);
                goroutines.add(scheduler.go(body, blocks.address(i)));
            }
            Run run = Run.of(scheduler, limit(count), () -> {
                System.gc();
                collections.incrementAndGet();
            });
            blocks.tell(verdict, List.of("result of an upcall"));
            for (int i = 0; i < count; i++) {
                check(goroutines.get(i), i, rounds, first[i], blocks, verdict);
            }
            desk.check();
            Map<String, Long> figures = new LinkedHashMap<>();
            figures.put("System.gc() meanwhile", collections.get());
            figures.put("goroutines that failed, as they should", desk.thrown());
            figures.put("goroutines started by goroutines", (long) started);
            return run.report(name(), verdict, figures);
        }
    }

    /** Collections take longer the more goroutines leave things behind. */
    private static Duration limit(int count) {
        return Duration.ofSeconds(120).plusMillis(count);
    }

    private static boolean isToThrow(int goroutine) {
        return goroutine % THROWING == THROWING - 1;
    }

    private static void check(Goroutine goroutine, int index, int rounds, long first, Blocks blocks, Verdict verdict) {
        boolean throwing = isToThrow(index);
        int done = throwing ? rounds - 1 : rounds;
        verdict.expect("rounds of goroutine " + index, done, blocks.get(index, Blocks.ROUNDS));
        long value = first;
        for (int round = 0; round < done; round++) {
            value = answer(index, round, value);
        }
        if (value != blocks.get(index, VALUE)) {
            verdict.fail(
                    "goroutine %d ended with 0x%x, expected 0x%x".formatted(index, blocks.get(index, VALUE), value));
        }
        String cause = goroutine.failure().map(f -> f.getCause().toString()).orElse("no failure");
        String expected = throwing ? new Desk.Deliberate(index).toString() : "no failure";
        if (!cause.equals(expected)) {
            verdict.fail("goroutine %d: expected %s, found %s".formatted(index, expected, cause));
        }
    }

    /** What an upcall returns. The body computes it as well, from the same three numbers. */
    static long answer(long goroutine, long round, long value) {
        return (value ^ goroutine * 0x2545F491L) + round * 0x1B873593L;
    }

    // spotless:off
    private void emit(GoroutineAssembler a, Desk desk) {
        Checks checks = new Checks(a, r12);
        a.mov(r12, rdi);
        a.xor(ebx, ebx);
        Label again = a.here();
        a.mov(rdi, qword(r12, INDEX));
        a.mov(rsi, rbx);
        a.mov(rdx, qword(r12, VALUE));
        a.callJava((goroutine, round, value) -> {
            boolean last = isToThrow((int) goroutine) && desk.isLast(round);
            return last ? desk.refuse((int) goroutine) : desk.serve((int) goroutine, round, value);
        });
        intruder.accept(a);
        a.imul(rcx, qword(r12, INDEX), 0x2545F491);
        a.xor(rcx, qword(r12, VALUE));
        a.imul(rdx, rbx, 0x1B873593);
        a.add(rcx, rdx);
        a.mov(qword(r12, WANTED), rcx);
        checks.equal("result of an upcall", rax, qword(r12, WANTED));
        a.mov(qword(r12, VALUE), rax);
        a.inc(Blocks.rounds(r12));
        Label next = a.label("next");
        a.test(bl, 3) .because("now and then the others' turn");
        a.jnz(next);
        a.yield();
        a.bind(next);
        a.inc(rbx);
        a.cmp(rbx, qword(r12, TOTAL));
        a.jb(again);
        a.exit();
        checks.finish();
    }
    // spotless:on
}
