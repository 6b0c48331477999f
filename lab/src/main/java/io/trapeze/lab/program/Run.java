// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.program;

import io.trapeze.runtime.sched.Scheduler;
import io.trapeze.runtime.sched.SchedulerStatistics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A run of a scheduler's goroutines, from start to end.
 *
 * @param elapsed how long it took
 * @param statistics what was done
 */
record Run(Duration elapsed, SchedulerStatistics statistics) {
    /** Nothing to do beside: look at the clock from time to time. */
    static final Runnable NOTHING = () -> LockSupport.parkNanos(5_000_000);

    /**
     * Runs all goroutines until every one has ended.
     *
     * @param limit when to give up
     * @param beside done over and over in a thread of its own, while goroutines run
     * @throws IllegalStateException at the limit; the scheduler is closed then
     * @throws InterruptedException if this thread was interrupted; thrown after the end
     */
    static Run of(Scheduler scheduler, Duration limit, Runnable beside) throws InterruptedException {
        Companion companion = new Companion(scheduler, limit, beside);
        long start = System.nanoTime();
        companion.start();
        try {
            scheduler.run();
        } catch (IllegalStateException e) {
            companion.end();
            throw companion.reason == null ? e : companion.reason;
        } finally {
            companion.end();
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        if (companion.reason != null) {
            throw companion.reason;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return new Run(elapsed, scheduler.statistics());
    }

    /** Returns the report of a program that did nothing else. */
    ProgramReport report(String name, Verdict verdict, Map<String, Long> figures) {
        return new ProgramReport(
                name,
                verdict.failures(),
                statistics.switches(),
                statistics.upcalls(),
                statistics.preemptions(),
                elapsed,
                figures);
    }

    /** Does the other work, and ends the run when that fails or takes too long. */
    private static final class Companion extends Thread {
        private final Scheduler scheduler;
        private final Duration limit;
        private final Runnable beside;
        private volatile boolean ended;
        private volatile RuntimeException reason;

        Companion(Scheduler scheduler, Duration limit, Runnable beside) {
            super("trapeze-beside");
            this.scheduler = scheduler;
            this.limit = limit;
            this.beside = beside;
            setDaemon(true);
        }

        @Override
        public void run() {
            long start = System.nanoTime();
            try {
                do {
                    beside.run(); // once at least: a short run may have ended before this thread began
                    if (!ended && System.nanoTime() - start > limit.toNanos()) {
                        throw new IllegalStateException("not done within its limit of " + limit.toSeconds() + " s");
                    }
                } while (!ended);
            } catch (RuntimeException e) {
                reason = e;
                endRun();
            }
        }

        private void endRun() {
            try {
                scheduler.close();
            } catch (IllegalStateException e) { // goroutines lived, of course
                reason.addSuppressed(e);
            }
        }

        void end() {
            ended = true;
            boolean interrupted = false;
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
