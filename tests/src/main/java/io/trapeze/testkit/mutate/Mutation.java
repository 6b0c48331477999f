// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.mutate;

import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Checks mutants, several at a time.
 *
 * @param tries how many cases each may take, from 1 on
 * @param seed of the cases
 * @param threads how many are checked at a time, from 1 on
 */
public record Mutation(int tries, long seed, int threads) {
    private record Job(Subject subject, Mutant mutant) {}

    /**
     * Checks all mutants of some primitives.
     *
     * @param progress is told how many are done; from any thread
     * @return what became of each, in the order of subjects and mutants
     */
    public List<Fate> of(List<Subject> subjects, IntConsumer progress) throws InterruptedException {
        List<Job> jobs = new ArrayList<>();
        subjects.forEach(s -> Mutants.of(s).forEach(mutant -> jobs.add(new Job(s, mutant))));
        Fate[] fates = new Fate[jobs.size()];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Callable<Void> worker = () -> {
            try (Check check = Check.ofDangerousCode()) {
                for (int i = next.getAndIncrement(); i < fates.length; i = next.getAndIncrement()) {
                    Job job = jobs.get(i);
                    fates[i] = fate(check, job);
                    progress.accept(done.incrementAndGet());
                }
            }
            return null;
        };
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Void>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(worker));
            }
            for (Future<Void> each : workers) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a mutant could not be checked: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
        return List.of(fates);
    }

    private Fate fate(Check check, Job job) {
        return new Fate(
                job.subject,
                job.mutant,
                check.of(job.subject.with(job.mutant.code()), tries, seed),
                Equivalence.of(job.subject, job.mutant));
    }
}
