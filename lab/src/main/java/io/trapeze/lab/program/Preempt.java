// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import io.trapeze.trampolines.SaveSet;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Goroutines that never yield, with something of their own in everything a processor can hold: the general registers, which a
 * loop keeps changing, the flags, which it leaves alone, the red zone, the control words, masks and vectors.
 *
 * <p>They go on until each was interrupted a number of times and has got on in between, as Java sees while all of them run.
 */
public final class Preempt implements Program {
    /** The least number of preemptions of a run. */
    private static final int LEAST = 100;

    private static final Duration SLICE = Duration.ofMillis(1);
    private static final long SAMPLE_NANOS = 2_000_000;

    /** Turns of the loop between two checks. */
    private static final int TURNS = 5_000;

    /** The frame: the block's address, then two words of scratch. */
    private static final int FRAME = 24;

    /** A goroutine must have been preempted at least so often: once could be its first and last turn. */
    private static final int LEAST_EACH = 2;

    private final int preemptions;
    private final Consumer<GoroutineAssembler> intruder;

    /** At least 1,000 preemptions. */
    public Preempt() {
        this(1_000, body -> {});
    }

    /**
     * @param preemptions how many at least, shared among the goroutines
     * @param intruder what else happens between the loop and the checks; by rights nothing
     */
    public Preempt(int preemptions, Consumer<GoroutineAssembler> intruder) {
        this.preemptions = preemptions;
        this.intruder = intruder;
    }

    @Override
    public String name() {
        return "preempt";
    }

    @Override
    public String shows() {
        return "goroutines that never yield all get on, and find every register, flag and red zone as it was";
    }

    @Override
    public int usualGoroutines() {
        return 16;
    }

    @Override
    public ProgramReport run(ProgramOptions options, Progress progress) throws InterruptedException {
        int count = options.goroutines();
        int each = Math.max(LEAST_EACH, preemptions / count);
        Duration limit = limit(count, each);
        Verdict verdict = new Verdict();
        try (Scheduler scheduler = Scheduler.builder()
                        .carriers(options.carriers())
                        .maxGoroutines(count)
                        .timeSlice(SLICE)
                        .build();
                NativeMemory stop = NativeMemory.allocate(OperatingSystem.current(), 8)) {
            SaveSet set = scheduler.saveSet();
            RegisterImage image = new RegisterImage(set);
            Block block = new Block(image);
            try (Blocks blocks = new Blocks(count, block.size())) {
                Body body = scheduler.compile("never_yields", a -> emit(a, image, block, stop.address()));
                SplittableRandom random = new SplittableRandom(options.seed());
                for (int i = 0; i < count; i++) {
                    fill(blocks, i, block, image.random(random), TURNS + random.nextInt(TURNS));
                    scheduler.go(body, blocks.address(i));
                }
                Watch watch = new Watch(blocks, block, count, each, limit, stop, progress);
                Run run = Run.of(scheduler, limit.multipliedBy(2), watch);
                blocks.tell(verdict, image.names());
                watch.tell(verdict);
                verdict.expectAtLeast("preemptions", LEAST, run.statistics().preemptions());
                Map<String, Long> figures = new LinkedHashMap<>();
                figures.put(
                        "checks of all " + image.words() + " words of state (" + set.vectorName() + " vectors)",
                        blocks.sum(Blocks.ROUNDS));
                figures.put("fewest preemptions of a goroutine", watch.fewest());
                return run.report(name(), verdict, figures);
            }
        }
    }

    /** Each takes its turn as often as it must, at twice the slice and with another process as busy as this one. */
    private static Duration limit(int count, int each) {
        return Duration.ofSeconds(20).plus(SLICE.multipliedBy(4L * count * (each + 2)));
    }

    /** Where things are in a goroutine's block; offsets in bytes. */
    record Block(int preempted, int start, int expected, int found, int size) {
        Block(RegisterImage image) {
            this(
                    Blocks.OWN,
                    Blocks.OWN + 8,
                    Blocks.OWN + 8 + image.bytes(),
                    Blocks.OWN + 8 + 2 * image.bytes(),
                    Blocks.OWN + 8 + 3 * image.bytes());
        }
    }

    /** What one turn of the loop adds to a register: odd, so that no two registers move alike; RCX counts turns down. */
    private static int step(IndexReg register) {
        return register == rcx ? -1 : 2 * RegisterImage.GENERAL.indexOf(register) + 1;
    }

    private static void fill(Blocks blocks, int goroutine, Block block, long[] image, int turns) {
        image[RegisterImage.general(rcx) / 8] = turns;
        for (int i = 0; i < image.length; i++) {
            blocks.put(goroutine, block.start() + 8 * i, image[i]);
        }
        for (IndexReg register : RegisterImage.GENERAL) {
            image[RegisterImage.general(register) / 8] += (long) step(register) * turns;
        }
        for (int i = 0; i < image.length; i++) {
            blocks.put(goroutine, block.expected() + 8 * i, image[i]);
        }
    }

    // spotless:off
    private void emit(GoroutineAssembler a, RegisterImage image, Block block, long stop) {
        a.sub(rsp, FRAME);
        a.mov(qword(rsp), rdi);
        a.mov(rax, rdi);
        a.mov(qword(rax, block.expected() + RegisterImage.goroutine()), r14);
        a.mov(qword(rax, block.expected() + RegisterImage.stackPointer()), rsp);

        Label again = a.here();
        image.load(a, block.start());
        Label turn = a.here();
        Label done = a.label("done");
        for (IndexReg register : RegisterImage.GENERAL) {
            a.lea(register, ptr(register, step(register))) .because("changes no flag");
        }
        a.jrcxz(done) .because("nor does this");
        a.jmp(turn);
        a.bind(done);
        intruder.accept(a);
        image.store(a, 0, 8, block.found());

        Label compare = a.label("compare");
        Label wrong = a.label("wrong");
        a.xor(ecx, ecx);
        a.bind(compare);
        a.mov(rdx, qword(rax, rcx, Scale.X8, block.found()));
        a.cmp(rdx, qword(rax, rcx, Scale.X8, block.expected()));
        a.jne(wrong);
        a.inc(ecx);
        a.cmp(ecx, image.words());
        a.jb(compare);
        a.inc(Blocks.rounds(rax));
        a.mov(rcx, a.preemptions());
        a.mov(qword(rax, block.preempted()), rcx);
        a.mov(rcx, stop);
        a.cmp(qword(rcx), 0);
        a.je(again);
        a.exit();

        a.bind(wrong);
        a.mov(Blocks.found(rax), rdx);
        a.mov(rdx, qword(rax, rcx, Scale.X8, block.expected()));
        a.mov(Blocks.expected(rax), rdx);
        a.inc(ecx);
        a.mov(Blocks.what(rax), rcx);
    }
    // spotless:on

    /** Looks at the goroutines while they run, and stops them when there is nothing more to see. */
    static final class Watch implements Runnable {
        private final Blocks blocks;
        private final Block block;
        private final long[] rounds;
        private final int[] advances;
        private final int each;
        private final NativeMemory stop;
        private final Progress progress;
        private final long start = System.nanoTime();
        private final Duration limit;
        private boolean stopped;
        private long fewest;

        Watch(Blocks blocks, Block block, int count, int each, Duration limit, NativeMemory stop, Progress progress) {
            this.blocks = blocks;
            this.block = block;
            this.rounds = new long[count];
            this.advances = new int[count];
            this.each = each;
            this.limit = limit;
            this.stop = stop;
            this.progress = progress;
        }

        @Override
        public void run() {
            LockSupport.parkNanos(SAMPLE_NANOS);
            if (stopped) {
                return;
            }
            boolean all = true;
            long total = 0;
            long least = Long.MAX_VALUE;
            for (int i = 0; i < rounds.length; i++) {
                long now = blocks.get(i, Blocks.ROUNDS);
                if (now != rounds[i]) {
                    rounds[i] = now;
                    advances[i]++;
                }
                long preempted = blocks.get(i, block.preempted());
                total += preempted;
                least = Math.min(least, preempted);
                boolean enough = preempted >= each && advances[i] >= each;
                all &= enough || blocks.isWrong(i);
            }
            fewest = least;
            progress.report("%,d preemptions".formatted(total));
            if (all && total >= LEAST || System.nanoTime() - start > limit.toNanos()) {
                stopped = true;
                stop.putLongVolatile(0, 1);
            }
        }

        /** Fails what had not been seen before the end. */
        void tell(Verdict verdict) {
            for (int i = 0; i < rounds.length; i++) {
                if (!blocks.isWrong(i)) {
                    String goroutine = "goroutine " + i;
                    verdict.expectAtLeast(goroutine + " preempted", each, blocks.get(i, block.preempted()));
                    verdict.expectAtLeast(goroutine + " seen to get on while all ran", each, advances[i]);
                }
            }
        }

        long fewest() {
            return fewest;
        }
    }
}
