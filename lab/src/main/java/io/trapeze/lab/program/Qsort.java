// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.operand.Label;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.runtime.sched.Body;
import io.trapeze.runtime.sched.GoroutineAssembler;
import io.trapeze.runtime.sched.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Goroutines that each sort an array with the C library's {@code qsort}, on their own stacks, with a comparator that yields
 * between reading its two operands: so that all the sorts are under way at once, in one thread.
 *
 * <p>It always takes one carrier. A C function may keep what belongs to its thread, such as the address of {@code errno}, across
 * the comparator it calls; nothing says that it may return on another thread than the one it was called on.
 */
public final class Qsort implements Program {
    private static final int DEPTH = 0;
    private static final int DEEPEST = 8;
    private static final int COMPARISONS = 16;
    private static final int COUNTERS = 64;
    private static final int ELEMENT = 8;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final int elements;
    private final Consumer<GoroutineAssembler> intruder;

    /** About two million elements in all. */
    public Qsort() {
        this(2_000_000, body -> {});
    }

    /**
     * @param elements how many to sort, on average, shared among the goroutines
     * @param intruder what else happens in the comparator, after its result is in {@code eax}; by rights nothing
     */
    public Qsort(int elements, Consumer<GoroutineAssembler> intruder) {
        this.elements = elements;
        this.intruder = intruder;
    }

    @Override
    public String name() {
        return "qsort";
    }

    @Override
    public String shows() {
        return "calls of the C library's qsort interleave on one thread, switching inside comparisons";
    }

    @Override
    public int usualGoroutines() {
        return 300;
    }

    @Override
    public ProgramReport run(ProgramOptions options, Progress progress) throws InterruptedException {
        int count = options.goroutines();
        progress.report("%,d sorts at once".formatted(count));
        OperatingSystem os = OperatingSystem.current();
        List<long[]> arrays = arrays(count, new SplittableRandom(options.seed()));
        long bytes = COUNTERS
                + arrays.stream().mapToLong(a -> (long) ELEMENT * a.length).sum();
        try (NativeMemory memory = NativeMemory.allocate(os, bytes);
                Scheduler scheduler =
                        Scheduler.builder().carriers(1).maxGoroutines(count).build()) {
            long qsort = os.symbol("qsort");
            Body body = scheduler.compile("sort", a -> emit(a, qsort, memory.address()));
            long offset = COUNTERS;
            for (long[] array : arrays) {
                write(memory, offset, array);
                scheduler.go(body, memory.address() + offset, array.length);
                offset += (long) ELEMENT * array.length;
            }
            Run run = Run.of(scheduler, LIMIT, Run.NOTHING);
            Verdict verdict = new Verdict();
            check(memory, arrays, verdict);
            verdict.expect("comparisons begun and not ended", 0, memory.getLong(DEPTH));
            Map<String, Long> figures = new LinkedHashMap<>();
            figures.put("comparisons", memory.getLong(COMPARISONS));
            figures.put("sorts inside a comparison at once", memory.getLong(DEEPEST));
            figures.put("carriers, because a C function must return on the thread that called it", 1L);
            return run.report(name(), verdict, figures);
        }
    }

    /** Makes arrays of lengths from 0 to twice the mean: without order, with few values, sorted, reversed, all alike. */
    private List<long[]> arrays(int count, SplittableRandom random) {
        int mean = Math.max(1, elements / count);
        List<long[]> arrays = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long[] array = random.longs(random.nextInt(2 * mean + 1)).toArray();
            switch (i % 5) {
                case 1 -> Arrays.setAll(array, j -> array[j] & 7);
                case 2 -> Arrays.sort(array);
                case 3 -> {
                    Arrays.sort(array);
                    Arrays.setAll(array, j -> ~array[j]);
                }
                case 4 -> Arrays.fill(array, array.length);
                default -> {}
            }
            arrays.add(array);
        }
        return arrays;
    }

    private static void write(NativeMemory memory, long offset, long[] array) {
        for (int i = 0; i < array.length; i++) {
            memory.putLong(offset + (long) ELEMENT * i, array[i]);
        }
    }

    /** Checks each array against Java's own sort of the same values. */
    private static void check(NativeMemory memory, List<long[]> arrays, Verdict verdict) {
        long offset = COUNTERS;
        for (int i = 0; i < arrays.size(); i++) {
            long[] expected = arrays.get(i).clone();
            Arrays.sort(expected);
            long[] found = new long[expected.length];
            for (int j = 0; j < found.length; j++) {
                found[j] = memory.getLong(offset + (long) ELEMENT * j);
            }
            offset += (long) ELEMENT * found.length;
            int differs = Arrays.mismatch(expected, found);
            if (differs >= 0) {
                long[] again = found.clone();
                Arrays.sort(again);
                verdict.fail("array %d of %,d elements: %s; element %,d: expected %d, found %d"
                        .formatted(
                                i,
                                found.length,
                                Arrays.equals(again, expected) ? "not in order" : "holds other values than before",
                                differs,
                                expected[differs],
                                found[differs]));
            }
        }
    }

    /** Emits the body: qsort(rdi, rsi, 8, compare). */
    private void emit(GoroutineAssembler a, long qsort, long counters) {
        Label compare = a.callback(c -> comparator(c, counters));
        a.mov(edx, ELEMENT);
        a.lea(rcx, ptr(compare));
        a.callNative(qsort);
    }

    // spotless:off
    private void comparator(GoroutineAssembler a, long counters) {
        Label retry = a.label("deepest_retry");
        Label deep = a.label("deepest_known");
        a.push(rbx);
        a.push(r12);
        a.mov(rbx, qword(rdi)) .because("the first operand, before");
        a.mov(r12, rsi);
        a.mov(rdi, counters);
        a.lock().inc(qword(rdi, COMPARISONS));
        a.mov(ecx, 1);
        a.lock().xadd(qword(rdi, DEPTH), rcx);
        a.inc(rcx);
        a.bind(retry);
        a.mov(rax, qword(rdi, DEEPEST));
        a.cmp(rax, rcx);
        a.jae(deep);
        a.lock().cmpxchg(qword(rdi, DEEPEST), rcx);
        a.jne(retry);
        a.bind(deep);

        a.yield();

        a.mov(rdi, counters);
        a.lock().dec(qword(rdi, DEPTH));
        a.xor(eax, eax);
        a.xor(ecx, ecx);
        a.cmp(rbx, qword(r12)) .because("the second, after");
        a.setg(al);
        a.setl(cl);
        a.sub(eax, ecx);
        intruder.accept(a);
        a.pop(r12);
        a.pop(rbx);
    }
    // spotless:on
}
