// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Goroutines that yield and yield, and check each time that nothing of theirs has changed: a random pattern in every
 * callee-saved register and on the stack, the stack pointer, the control words, and the register that holds the goroutine.
 *
 * <p>They also check that the carrier they find through G is the thread they run on: its thread pointer at every yield, and the
 * kernel's number of the thread whenever they have come to another carrier. Every second one has control words of its own.
 */
public final class Ring implements Program {
    private static final List<IndexReg> PATTERNED = List.of(rbx, rbp, r12, r13, r15);
    private static final int STACK_WORDS = 8;

    /** The block: patterns as they must be found, then the rest. */
    private static final int PATTERN = Blocks.OWN;

    private static final int STACK = PATTERN + 8 * PATTERNED.size();
    private static final int TOTAL = STACK + 8 * STACK_WORDS;
    private static final int SELF = TOTAL + 8;
    private static final int STACK_POINTER = SELF + 8;
    private static final int MXCSR = STACK_POINTER + 8;
    private static final int X87 = MXCSR + 8;
    private static final int LAST_MACHINE = X87 + 8;
    private static final int HOPS = LAST_MACHINE + 8;
    private static final int BLOCK = HOPS + 8;

    /** The goroutine's frame: its block's address, scratch, the stack's pattern. */
    private static final int SCRATCH = 8;

    private static final int WORDS = 16;
    private static final int FRAME = WORDS + 8 * STACK_WORDS;

    /** Exceptions are off, or values made up at random would raise them; the low six bits are sticky and volatile. */
    private static final int DEFAULT_MXCSR = 0x1F80;

    private static final int MXCSR_STATUS = 0x3F;
    private static final int DEFAULT_X87 = 0x037F;
    private static final int[] X87_PRECISIONS = {0, 2, 3};

    private static final int SYS_GETTID = 186;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Yields after which some goroutine must have changed carriers, or nothing was shown of that. */
    private static final long ENOUGH_TO_HOP = 1_000_000;

    private final long yields;
    private final Consumer<GoroutineAssembler> intruder;

    /** About forty million yields. */
    public Ring() {
        this(40_000_000, body -> {});
    }

    /**
     * @param yields how many, shared among the goroutines
     * @param intruder what else happens between each yield and the checks; by rights nothing
     */
    public Ring(long yields, Consumer<GoroutineAssembler> intruder) {
        this.yields = yields;
        this.intruder = intruder;
    }

    @Override
    public String name() {
        return "ring";
    }

    @Override
    public String shows() {
        return "registers, stack and control words survive every yield, on whichever carrier";
    }

    @Override
    public int usualGoroutines() {
        return 1_000;
    }

    @Override
    public ProgramReport run(ProgramOptions options, Progress progress) throws InterruptedException {
        int count = options.goroutines();
        long rounds = Math.max(1, yields / count);
        progress.report("%,d goroutines yield %,d times each".formatted(count, rounds));
        Verdict verdict = new Verdict();
        try (Blocks blocks = new Blocks(count, BLOCK);
                Scheduler scheduler = Scheduler.builder()
                        .carriers(options.carriers())
                        .maxGoroutines(count)
                        .build()) {
            List<String> names = new ArrayList<>();
            Body plain = scheduler.compile("ring", a -> emit(a, false));
            Body withControlWords = scheduler.compile("ring_control", a -> names.addAll(emit(a, true)));
            SplittableRandom random = new SplittableRandom(options.seed());
            for (int i = 0; i < count; i++) {
                fill(blocks, i, rounds, random);
                scheduler.go(i % 2 == 0 ? plain : withControlWords, blocks.address(i));
            }
            Run run = Run.of(scheduler, LIMIT, Run.NOTHING);
            blocks.tell(verdict, names);
            if (verdict.failures().isEmpty()) {
                verdict.expect("yields checked", rounds * count, blocks.sum(Blocks.ROUNDS));
            }
            long hops = blocks.sum(HOPS);
            if (options.carriers() > 1 && count >= 2 * options.carriers() && rounds * count >= ENOUGH_TO_HOP) {
                verdict.expectAtLeast("goroutines that came to another carrier", 1, hops);
            }
            Map<String, Long> figures = new LinkedHashMap<>();
            figures.put("yields checked", blocks.sum(Blocks.ROUNDS));
            figures.put("hops between carriers, M checked against the thread", hops);
            return run.report(name(), verdict, figures);
        }
    }

    private static void fill(Blocks blocks, int goroutine, long rounds, SplittableRandom random) {
        for (int offset = PATTERN; offset < TOTAL; offset += 8) {
            blocks.put(goroutine, offset, random.nextLong());
        }
        blocks.put(goroutine, TOTAL, rounds);
        boolean own = goroutine % 2 == 1;
        int rounding = random.nextInt(4);
        int denormals = random.nextInt(2) << 15 | random.nextInt(2) << 6;
        int precision = X87_PRECISIONS[random.nextInt(X87_PRECISIONS.length)];
        blocks.put(goroutine, MXCSR, own ? DEFAULT_MXCSR | rounding << 13 | denormals : DEFAULT_MXCSR);
        blocks.put(goroutine, X87, own ? 0x7F | precision << 8 | rounding << 10 : DEFAULT_X87);
    }

    // spotless:off
    /** Emits the body; returns what it can find wrong. */
    private List<String> emit(GoroutineAssembler a, boolean controlWords) {
        Checks checks = new Checks(a, rax);
        a.sub(rsp, FRAME);
        a.mov(qword(rsp), rdi);
        a.mov(rax, rdi);
        a.mov(qword(rax, SELF), r14);
        a.mov(qword(rax, STACK_POINTER), rsp);
        for (int i = 0; i < STACK_WORDS; i++) {
            a.mov(rcx, qword(rax, STACK + 8 * i));
            a.mov(qword(rsp, WORDS + 8 * i), rcx);
        }
        for (int i = 0; i < PATTERNED.size(); i++) {
            a.mov(PATTERNED.get(i), qword(rax, PATTERN + 8 * i));
        }
        if (controlWords) {
            a.ldmxcsr(dword(rax, MXCSR));
            a.fldcw(word(rax, X87));
        }

        Label again = a.here();
        a.yield();
        intruder.accept(a);
        a.mov(rax, qword(rsp)) .because("the block");
        for (int i = 0; i < PATTERNED.size(); i++) {
            checks.equal(PATTERNED.get(i).name(), PATTERNED.get(i), qword(rax, PATTERN + 8 * i));
        }
        checks.equal("r14, the goroutine", r14, qword(rax, SELF));
        checks.equal("rsp", rsp, qword(rax, STACK_POINTER));
        for (int i = 0; i < STACK_WORDS; i++) {
            a.mov(rcx, qword(rsp, WORDS + 8 * i));
            checks.equal("stack word " + i, rcx, qword(rax, STACK + 8 * i));
        }
        a.stmxcsr(dword(rsp, SCRATCH));
        a.mov(ecx, dword(rsp, SCRATCH));
        a.and(ecx, ~MXCSR_STATUS) .because("status is nobody's to keep");
        checks.equal("mxcsr", rcx, qword(rax, MXCSR));
        a.fnstcw(word(rsp, SCRATCH));
        a.movzx(ecx, word(rsp, SCRATCH));
        checks.equal("x87 control word", rcx, qword(rax, X87));
        thread(a, checks);
        advance(a);
        a.inc(Blocks.rounds(rax));
        a.mov(rcx, Blocks.rounds(rax));
        a.cmp(rcx, qword(rax, TOTAL));
        a.jb(again);
        a.exit();
        checks.finish();
        return checks.names();
    }

    /**
     * Emits the check of M against the thread. A preemption between two reads can bring the goroutine to another thread, so what
     * differs counts only if none came between.
     */
    private static void thread(GoroutineAssembler a, Checks checks) {
        Mem.Qword threadPointer = qword(Address.absolute(0).in(Segment.FS));
        Label read = a.here();
        Label same = a.label("same_thread");
        Label suspect = a.label("suspect");
        a.mov(r8, a.preemptions());
        a.mov(rdx, a.machine())            .because("M from G, anew after each suspension");
        a.mov(rcx, a.threadPointer(rdx));
        a.cmp(rcx, threadPointer);
        a.jne(suspect);
        a.cmp(rdx, qword(rax, LAST_MACHINE));
        a.je(same);
        a.mov(eax, SYS_GETTID)             .because("another carrier: ask the kernel");
        a.syscall();
        a.mov(rdi, rax);
        a.mov(rax, qword(rsp));
        a.cmp(r8, a.preemptions())         .because("preempted meanwhile?");
        a.jne(read);
        checks.equal("thread number that M holds", rdi, a.thread(rdx));
        a.cmp(qword(rax, LAST_MACHINE), 0) .because("the first carrier is no hop");
        a.mov(qword(rax, LAST_MACHINE), rdx);
        a.je(same);
        a.inc(qword(rax, HOPS));
        a.jmp(same);
        a.bind(suspect);
        a.cmp(r8, a.preemptions())         .because("preempted meanwhile?");
        a.jne(read);
        checks.wrong("thread pointer that M holds", rcx, threadPointer);
        a.bind(same);
    }
    // spotless:on

    /** Emits the patterns' way to their next values, both where they are kept and where they are expected. */
    private static void advance(GoroutineAssembler a) {
        for (int i = 0; i < PATTERNED.size(); i++) {
            Reg64 register = PATTERNED.get(i);
            a.lea(register, ptr(register, 2 * i + 1));
            a.add(qword(rax, PATTERN + 8 * i), 2 * i + 1);
        }
        a.inc(qword(rsp, WORDS));
        a.inc(qword(rax, STACK));
    }
}
