// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;

/**
 * Which batches of a run are done, and what came of them: in a file if there is one, a line a batch, so that a run that was
 * killed goes on where it was.
 *
 * <p>A batch in which something failed is not done.
 */
final class Journal {
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    private final Path file;
    private final int batches;
    private final BitSet done = new BitSet();
    private final Tally tally = new Tally();
    private final long start = System.nanoTime();
    private int doneHere;
    private long reported = start;

    private Journal(Path file, int batches) {
        this.file = file;
        this.batches = batches;
    }

    /** Returns a journal that is kept in memory. */
    static Journal inMemory(int batches) {
        return new Journal(null, batches);
    }

    /**
     * Opens a journal, or begins one if there is none of the same run.
     *
     * @param run what the run is; a file that begins otherwise is overwritten
     */
    static Journal in(Path file, String run, int batches) {
        Journal journal = new Journal(file, batches);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (!lines.isEmpty() && lines.get(0).equals(run)) {
                lines.stream().skip(1).filter(line -> line.endsWith(".")).forEach(journal::read);
                System.err.printf(
                        "%s: %,d of %,d batches were done before%n", file, journal.done.cardinality(), batches);
                Files.writeString(file, "\n", StandardOpenOption.APPEND); // ends a line that was cut off
            } else {
                Files.writeString(file, run + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return journal;
    }

    private void read(String line) {
        int colon = line.indexOf(": ");
        done.set(Integer.parseInt(line.substring(0, colon)));
        tally.add(Tally.ofLine(line.substring(colon + 2, line.length() - 1)));
    }

    synchronized boolean isDone(int batch) {
        return done.get(batch);
    }

    /** Returns how many batches are not done. */
    synchronized int missing() {
        return batches - done.cardinality();
    }

    synchronized Tally tally() {
        return tally;
    }

    /** Notes that a batch was tried. */
    synchronized void done(int batch, Tally result, long nanoseconds) {
        result.count(Tally.MILLISECONDS, nanoseconds / 1_000_000);
        tally.add(result);
        doneHere++;
        if (!result.failed()) {
            done.set(batch);
            if (file != null) {
                try {
                    Files.writeString(file, batch + ": " + result.line() + ".\n", StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        report();
    }

    private void report() {
        long now = System.nanoTime();
        if (file != null && now - reported >= BETWEEN_REPORTS.toNanos()) {
            reported = now;
            double seconds = (now - start) / 1e9;
            double left = (batches - done.cardinality()) * seconds / doneHere;
            System.err.printf(
                    "%,d of %,d batches, %,d encodings, %.1f batches/s, %.0f s left%s%n",
                    done.cardinality(),
                    batches,
                    tally.count(Tally.DECODED),
                    doneHere / seconds,
                    left,
                    tally.failed() ? ", with differences" : "");
        }
    }
}
