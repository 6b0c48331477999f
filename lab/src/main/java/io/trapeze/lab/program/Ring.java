// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.word;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Reg32;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import io.trapeze.runtime.sched.SchedulerBuilder;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiField;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Goroutines that yield and yield, and check each time that nothing of theirs has changed: a random pattern in every register
 * that their ABI preserves and on the stack, the stack pointer, the control words, the bounds in the thread block, what is zero
 * at calls, and the register that holds the goroutine.
 *
 * <p>They also check that the carrier they find through G is the thread they run on: its thread pointer at every yield, and the
 * kernel's number of the thread whenever they have come to another carrier. Every second one has control words of its own.
 */
public final class Ring implements Program {
    private static final int STACK_WORDS = 8;

    /** The block: what all have, then the stack's pattern, the registers' and the bounds. */
    private static final int TOTAL = Blocks.OWN;

    private static final int SELF = TOTAL + 8;
    private static final int STACK_POINTER = SELF + 8;
    private static final int MXCSR = STACK_POINTER + 8;
    private static final int X87 = MXCSR + 8;
    private static final int LAST_MACHINE = X87 + 8;
    private static final int HOPS = LAST_MACHINE + 8;
    private static final int STACK = HOPS + 8;
    private static final int PATTERN = STACK + 8 * STACK_WORDS;

    /** The goroutine's frame: its block's address, scratch, the stack's pattern, the registers as they were found. */
    private static final int SCRATCH = 8;

    private static final int WORDS = 16;
    private static final int FOUND = WORDS + 8 * STACK_WORDS;

    /** What the checks may use once the registers are stored, the best first: the kernel changes rcx and r11. */
    private static final List<IndexReg> WORK = List.of(rax, rcx, rdx, rdi, r8, r9, r10, rsi, rbx, r12, r13, r14, r15);

    /** Exceptions are off, or values made up at random would raise them; the low six bits are sticky and volatile. */
    private static final int DEFAULT_MXCSR = 0x1F80;

    private static final int MXCSR_STATUS = 0x3F;
    private static final int DEFAULT_X87 = 0x037F;
    private static final int[] X87_PRECISIONS = {0, 2, 3};

    private static final int SYS_GETTID = 186;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Yields after which some goroutine must have changed carriers, or nothing was shown of that. */
    private static final long ENOUGH_TO_HOP = 1_000_000;

    private static final long USUAL_YIELDS = 40_000_000;

    private final long yields;
    private final Consumer<GoroutineAssembler> intruder;
    private final Consumer<SchedulerBuilder> way;
    private final Consumer<Scheduler> witness;

    /** About forty million yields. */
    public Ring() {
        this(USUAL_YIELDS, body -> {});
    }

    /**
     * @param yields how many, shared among the goroutines
     * @param intruder what else happens between each yield and the checks; by rights nothing
     */
    public Ring(long yields, Consumer<GoroutineAssembler> intruder) {
        this(yields, intruder, builder -> {}, scheduler -> {});
    }

    private Ring(
            long yields,
            Consumer<GoroutineAssembler> intruder,
            Consumer<SchedulerBuilder> way,
            Consumer<Scheduler> witness) {
        this.yields = yields;
        this.intruder = intruder;
        this.way = way;
        this.witness = witness;
    }

    /**
     * Returns a ring of goroutines that live by another ABI. If that goes wrong, it may take the process with it.
     *
     * @param omission what the primitives are told to forget
     * @param witness sees the scheduler before anything runs
     */
    public static Ring by(Abi abi, Omission omission, long yields, Consumer<Scheduler> witness) {
        return new Ring(yields, body -> {}, builder -> builder.abi(abi).omitting(omission), witness);
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
        SchedulerBuilder builder =
                Scheduler.builder().carriers(options.carriers()).maxGoroutines(count);
        way.accept(builder);
        try (Scheduler scheduler = builder.build()) {
            witness.accept(scheduler);
            Abi abi = scheduler.abi();
            Survivors survivors = new Survivors(abi, scheduler.goroutineRegister());
            int bytes = PATTERN + survivors.bytes() + 8 * abi.threadFields().size();
            try (Blocks blocks = new Blocks(count, bytes)) {
                return run(scheduler, survivors, blocks, options, rounds);
            }
        }
    }

    private ProgramReport run(
            Scheduler scheduler, Survivors survivors, Blocks blocks, ProgramOptions options, long rounds)
            throws InterruptedException {
        int count = options.goroutines();
        Verdict verdict = new Verdict();
        List<String> names = new ArrayList<>();
        Body plain = scheduler.compile("ring", a -> emit(a, survivors, false));
        Body withControlWords = scheduler.compile("ring_control", a -> names.addAll(emit(a, survivors, true)));
        SplittableRandom random = new SplittableRandom(options.seed());
        for (int i = 0; i < count; i++) {
            fill(blocks, i, rounds, survivors, random);
            scheduler.go(i % 2 == 0 ? plain : withControlWords, blocks.address(i));
        }
        Run run = Run.of(scheduler, LIMIT, Run.NOTHING);
        blocks.tell(verdict, names, name -> rule(scheduler.abi(), survivors, name));
        if (verdict.failures().isEmpty()) {
            verdict.expect("yields checked", rounds * count, blocks.sum(Blocks.ROUNDS));
        }
        long hops = blocks.sum(HOPS);
        if (verdict.failures().isEmpty()
                && options.carriers() > 1
                && count >= 2 * options.carriers()
                && rounds * count >= ENOUGH_TO_HOP) {
            verdict.expectAtLeast("goroutines that came to another carrier", 1, hops);
        }
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("yields checked", blocks.sum(Blocks.ROUNDS));
        figures.put("hops between carriers, M checked against the thread", hops);
        return run.report(name(), verdict, figures).checking(checked(scheduler.abi(), survivors));
    }

    /** Says what is checked, and by which ABI. */
    private static String checked(Abi abi, Survivors survivors) {
        List<String> parts = new ArrayList<>(survivors.describe());
        parts.add("rsp");
        if (abi.controlWords().mxcsr()) {
            parts.add("mxcsr");
        }
        if (abi.controlWords().x87()) {
            parts.add("x87 control word");
        }
        abi.threadFields().forEach(field -> parts.add(field.name()));
        return String.join(", ", parts) + " and " + STACK_WORDS + " words of stack, by ABI " + abi.name();
    }

    /** Returns the rule that was broken, as the end of a sentence; nothing if it is none of the ABI's. */
    private static String rule(Abi abi, Survivors survivors, String name) {
        String rule = switch (name) {
            case "mxcsr" -> AbiField.CONTROL_MXCSR.is(true);
            case "x87 control word" -> AbiField.CONTROL_X87.is(true);
            default ->
                abi.threadFields().stream()
                        .filter(field -> field.name().equals(name))
                        .findFirst()
                        .map(field -> AbiField.THREAD_STACK_BOUNDS.of(field.name()))
                        .orElse(survivors.rule(name));
        };
        return rule.isEmpty() ? "" : " (ABI " + abi.name() + ", " + rule + ")";
    }

    private static void fill(Blocks blocks, int goroutine, long rounds, Survivors survivors, SplittableRandom random) {
        for (int offset = STACK; offset < PATTERN + survivors.patternedBytes(); offset += 8) {
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
    private List<String> emit(GoroutineAssembler a, Survivors survivors, boolean controlWords) {
        Abi abi = a.abi();
        IndexReg g = a.goroutine();
        List<IndexReg> work = WORK.stream()
                .filter(r -> r != g && !abi.pinned().all().contains(r) && !abi.calls().zero().contains(r))
                .toList();
        IndexReg block = work.get(0);
        IndexReg found = work.get(1);
        Checks checks = new Checks(a, block, work.get(5));
        int frame = FOUND + survivors.bytes();
        int bounds = PATTERN + survivors.bytes();
        a.sub(rsp, frame);
        a.argument(block, frame);
        a.mov(qword(rsp), block);
        a.mov(qword(block, SELF), g);
        a.mov(qword(block, STACK_POINTER), rsp);
        for (int i = 0; i < abi.threadFields().size(); i++) {
            a.mov(found, abi.threadOperand(abi.threadFields().get(i)));
            a.mov(qword(block, bounds + 8 * i), found);
        }
        for (int i = 0; i < STACK_WORDS; i++) {
            a.mov(found, qword(block, STACK + 8 * i));
            a.mov(qword(rsp, WORDS + 8 * i), found);
        }
        if (controlWords && abi.controlWords().mxcsr()) {
            a.ldmxcsr(dword(block, MXCSR));
        }
        if (controlWords && abi.controlWords().x87()) {
            a.fldcw(word(block, X87));
        }

        Label again = a.here();
        survivors.load(a, block, PATTERN);
        a.yield();
        intruder.accept(a);
        survivors.store(a, rsp, FOUND);
        a.mov(block, qword(rsp));
        for (int i = 0; i < survivors.words(); i++) {
            a.mov(found, qword(rsp, FOUND + 8 * i));
            checks.equal(survivors.names().get(i), found, qword(block, PATTERN + 8 * i));
        }
        checks.equal(g + ", the goroutine", g, qword(block, SELF));
        checks.equal("rsp", rsp, qword(block, STACK_POINTER));
        for (int i = 0; i < STACK_WORDS; i++) {
            a.mov(found, qword(rsp, WORDS + 8 * i));
            checks.equal("stack word " + i, found, qword(block, STACK + 8 * i));
        }
        if (abi.controlWords().mxcsr()) {
            a.stmxcsr(dword(rsp, SCRATCH));
            a.mov(low(found), dword(rsp, SCRATCH));
            a.and(low(found), ~MXCSR_STATUS) .because("status is nobody's to keep");
            checks.equal("mxcsr", found, qword(block, MXCSR));
        }
        if (abi.controlWords().x87()) {
            a.fnstcw(word(rsp, SCRATCH));
            a.movzx(low(found), word(rsp, SCRATCH));
            checks.equal("x87 control word", found, qword(block, X87));
        }
        for (int i = 0; i < abi.threadFields().size(); i++) {
            a.mov(found, abi.threadOperand(abi.threadFields().get(i)));
            checks.equal(abi.threadFields().get(i).name(), found, qword(block, bounds + 8 * i));
        }
        thread(a, checks, work);
        advance(a, survivors, block);
        a.inc(Blocks.rounds(block));
        a.mov(found, Blocks.rounds(block));
        a.cmp(found, qword(block, TOTAL));
        a.jb(again);
        a.exit();
        checks.finish();
        return checks.names();
    }

    /**
     * Emits the check of M against the thread. A preemption between two reads can bring the goroutine to another thread, so what
     * differs counts only if none came between.
     */
    private static void thread(GoroutineAssembler a, Checks checks, List<IndexReg> work) {
        IndexReg block = work.get(0);
        IndexReg found = work.get(1);
        IndexReg machine = work.get(2);
        IndexReg number = work.get(3);
        IndexReg preemptions = work.get(4);
        Mem.Qword threadPointer = qword(Address.absolute(0).in(Segment.FS));
        Label read = a.here();
        Label same = a.label("same_thread");
        Label suspect = a.label("suspect");
        a.mov(preemptions, a.preemptions());
        a.mov(machine, a.machine())             .because("M from G, anew after each suspension");
        a.mov(found, a.threadPointer(machine));
        a.cmp(found, threadPointer);
        a.jne(suspect);
        a.cmp(machine, qword(block, LAST_MACHINE));
        a.je(same);
        if (block == rax) {
            a.mov(eax, SYS_GETTID)              .because("another carrier: ask the kernel");
            a.systemCall();
            a.mov(number, rax);
            a.mov(block, qword(rsp));
            a.cmp(preemptions, a.preemptions()) .because("preempted meanwhile?");
            a.jne(read);
            checks.equal("thread number that M holds", number, a.thread(machine));
        }
        a.cmp(qword(block, LAST_MACHINE), 0)    .because("the first carrier is no hop");
        a.mov(qword(block, LAST_MACHINE), machine);
        a.je(same);
        a.inc(qword(block, HOPS));
        a.jmp(same);
        a.bind(suspect);
        a.cmp(preemptions, a.preemptions())     .because("preempted meanwhile?");
        a.jne(read);
        checks.wrong("thread pointer that M holds", found, threadPointer);
        a.bind(same);
    }
    // spotless:on

    private static Reg32 low(IndexReg register) {
        return gp32(register.number());
    }

    /** Emits the patterns' way to their next values, both where they are kept and where they are expected. */
    private static void advance(GoroutineAssembler a, Survivors survivors, IndexReg block) {
        for (int i = 0; 8 * i < survivors.patternedBytes(); i++) {
            a.add(qword(block, PATTERN + 8 * i), 2 * i + 1);
        }
        a.inc(qword(rsp, WORDS));
        a.inc(qword(block, STACK));
    }
}
