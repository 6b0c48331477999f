// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import io.trapeze.runtime.sched.Goroutine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The Java that the goroutines of {@link Upcalls} call: each call comes to its answer by way of the heap, in one of several
 * ways, and leaves something behind that must still be there at the goroutine's next call.
 */
final class Desk {
    /** Thrown on purpose, as the last thing a goroutine meets. */
    static final class Deliberate extends RuntimeException {
        private static final long serialVersionUID = 1;

        Deliberate(int goroutine) {
            super("goroutine " + goroutine);
        }
    }

    /** A link of a chain of objects: what a collector moves. */
    private record Link(long value, Link next) {}

    private static final int LONGEST_CHAIN = 40;
    /** Links to keep in all: more would only make each collection slower. */
    private static final int LINKS = 400_000;

    private final int rounds;
    private final int chain;
    private final Verdict verdict;
    private final List<Link> kept;
    private final AtomicLongArray calls;
    private final AtomicLong thrown = new AtomicLong();
    private final AtomicLong childrenRun = new AtomicLong();
    private final AtomicLong childrenStarted = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Object monitor = new Object();
    private final AtomicLong locked = new AtomicLong();
    private long underLock;
    private long underMonitor;
    private Runnable starter = () -> {};
    private int toStart;

    Desk(int goroutines, int rounds, Verdict verdict) {
        this.rounds = rounds;
        this.chain = Math.max(1, Math.min(LONGEST_CHAIN, LINKS / goroutines));
        this.verdict = verdict;
        this.kept = new ArrayList<>(Collections.nCopies(goroutines, null));
        this.calls = new AtomicLongArray(goroutines);
    }

    void starts(Runnable starting, int count) {
        starter = starting;
        toStart = count;
    }

    boolean isLast(long round) {
        return round == rounds - 1;
    }

    /** Serves one call; calls of one goroutine come one after the other, on any thread. */
    long serve(int goroutine, long round, long value) {
        verdict.expect("calls of goroutine " + goroutine + " so far", round, calls.getAndIncrement(goroutine));
        if (round == 0 && goroutine < toStart) {
            childrenStarted.incrementAndGet();
            starter.run();
        }
        checkKept(goroutine, round, value);
        long answer = switch ((int) ((goroutine + round) % 4)) {
            case 0 -> byBoxes(goroutine, round, value);
            case 1 -> byThrowing(goroutine, round, value);
            case 2 -> underLock(goroutine, round, value);
            default -> byText(goroutine, round, value);
        };
        kept.set(goroutine, chain(answer));
        return answer;
    }

    /** Ends the goroutine. */
    long refuse(int goroutine) {
        throw new Deliberate(goroutine);
    }

    void startedRuns() {
        childrenRun.incrementAndGet();
    }

    void failed(Goroutine goroutine, Throwable cause) {
        if (cause instanceof Deliberate) {
            thrown.incrementAndGet();
        } else {
            verdict.fail(goroutine + " failed with " + cause);
        }
    }

    long thrown() {
        return thrown.get();
    }

    /** Checks what only shows when all is over. */
    void check() {
        verdict.expect("goroutines that were started and ran", childrenStarted.get(), childrenRun.get());
        verdict.expect("goroutines started", toStart, childrenStarted.get());
        verdict.expect("counted under a lock and a monitor", 2 * locked.get(), underLock + underMonitor);
    }

    private Link chain(long value) {
        Link first = null;
        for (int i = 0; i < chain; i++) {
            first = new Link(value + i, first);
        }
        return first;
    }

    /** Checks the objects that the call before left behind. */
    private void checkKept(int goroutine, long round, long value) {
        int length = 0;
        for (Link link = kept.get(goroutine); link != null; link = link.next()) {
            length++;
            if (link.value() != value + chain - length) {
                verdict.fail("goroutine %d, call %d: object %d of its chain holds %d, expected %d"
                        .formatted(goroutine, round, length, link.value(), value + chain - length));
            }
        }
        verdict.expect("objects kept by goroutine " + goroutine, round == 0 ? 0 : chain, length);
    }

    private static long byBoxes(long goroutine, long round, long value) {
        Long[] boxes = {goroutine, round, value};
        byte[][] garbage = new byte[16][];
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = new byte[256 << (i & 3)];
        }
        return Upcalls.answer(boxes[0], boxes[1], boxes[garbage.length / 8]);
    }

    private static long byThrowing(long goroutine, long round, long value) {
        try {
            throw new IllegalStateException(Long.toString(value));
        } catch (IllegalStateException e) {
            return Upcalls.answer(goroutine, round, Long.parseLong(e.getMessage()));
        }
    }

    private long underLock(long goroutine, long round, long value) {
        locked.incrementAndGet();
        lock.lock();
        try {
            underLock++;
        } finally {
            lock.unlock();
        }
        synchronized (monitor) {
            underMonitor++;
            return Upcalls.answer(goroutine, round, value);
        }
    }

    private static long byText(long goroutine, long round, long value) {
        String[] words = (goroutine + " " + round + " " + value).split(" ");
        return Upcalls.answer(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }
}
