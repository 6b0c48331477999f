// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A plan gone through batch by batch, on all processors. */
final class Run {
    /** Small enough for GNU as, whose system time grows with more, and large enough for the programs' start to vanish. */
    private static final int BATCH = 50_000;

    private static final Path MEMORY = Path.of("/dev/shm");

    /** More bytes than the files of one batch take, which are some 12 MB. */
    private static final long ROOM = 32L << 20;

    private final Plan plan;
    private final int shown;
    private final Journal journal;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * Makes a run.
     *
     * @param shown of every so many encodings one is given to objdump
     * @param journal knows what is done already, and is told of more
     */
    Run(Plan plan, int shown, Journal journal) {
        this.plan = plan;
        this.shown = shown;
        this.journal = journal;
    }

    /** Returns how many batches a plan has. */
    static int batches(Plan plan) {
        return (int) ((plan.size() + BATCH - 1) / BATCH);
    }

    /** Tries all that is not done, and returns the journal's tally, what was done before included. */
    Tally go() {
        Path directory = makeDirectory();
        Thread cleaning = new Thread(() -> delete(directory), "cleaning");
        Runtime.getRuntime().addShutdownHook(cleaning);
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                tasks.add(() -> work(directory));
            }
            for (Future<Void> future : pool.invokeAll(tasks)) {
                future.get();
            }
            return journal.tally();
        } catch (ExecutionException e) {
            throw new AssertionError("a batch could not be tried", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while trying encodings", e);
        } finally {
            pool.shutdownNow();
            Runtime.getRuntime().removeShutdownHook(cleaning);
            delete(directory);
        }
    }

    private Void work(Path directory) {
        Differential differential = new Differential(plan, shown, directory);
        int count = batches(plan);
        for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            if (!journal.isDone(i)) {
                long start = System.nanoTime();
                Tally tally = differential.run((long) i * BATCH, Math.min(plan.size(), (i + 1L) * BATCH));
                journal.done(i, tally, System.nanoTime() - start);
            }
        }
        return null;
    }

    private static Path makeDirectory() {
        try {
            long needed = ROOM * Runtime.getRuntime().availableProcessors();
            return Files.isWritable(MEMORY) && MEMORY.toFile().getUsableSpace() > needed
                    ? Files.createTempDirectory(MEMORY, "trapeze")
                    : Files.createTempDirectory("trapeze");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
