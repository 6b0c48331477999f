// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.bench.peers.PeerResult;
import io.trapeze.bench.peers.PeerRun;
import io.trapeze.lab.measure.Measures;
import io.trapeze.lab.measure.Timing;
import io.trapeze.lab.render.Style;
import io.trapeze.lab.render.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code trapeze bench switch} tells.
 *
 * @param rows what was timed, ours first
 * @param peers what each peer is, or why it has no rows
 */
record BenchReport(List<Row> rows, List<PeerNote> peers) {
    /**
     * A line of numbers.
     *
     * @param what what was timed
     * @param n how many contexts took part
     * @param minNs nanoseconds an operation in the fastest sample
     * @param medianNs nanoseconds an operation in the middle one
     * @param yields how many of our yields among as many goroutines (two where the row has no number) take that long, by
     *     medians; empty if no yield was timed
     */
    record Row(String what, OptionalInt n, double minNs, double medianNs, Optional<Double> yields) {}

    /**
     * What there is to say of a peer.
     *
     * @param peer its label
     * @param measured whether it has rows
     * @param note its version and how it was run, or why it was not
     */
    record PeerNote(String peer, boolean measured, String note) {}

    private static final int USUAL_N = 2;

    static BenchReport of(List<Timing> own, List<PeerResult> peers) {
        List<Timing> timings = new ArrayList<>(own);
        List<PeerNote> notes = new ArrayList<>();
        for (PeerResult result : peers) {
            notes.add(note(result));
            if (result instanceof PeerResult.Measured measured) {
                measured.report().runs().forEach(run -> timings.add(timing(run)));
            }
        }
        return new BenchReport(
                timings.stream()
                        .map(timing -> new Row(
                                timing.what(), timing.n(), timing.minNs(), timing.medianNs(), yields(timing, own)))
                        .toList(),
                notes);
    }

    private static Timing timing(PeerRun run) {
        return new Timing(run.peer().label(), OptionalInt.of(run.n()), run.minNs(), run.medianNs());
    }

    private static PeerNote note(PeerResult result) {
        String label = result.peer().label();
        if (result instanceof PeerResult.Measured measured) {
            return new PeerNote(
                    label,
                    true,
                    measured.report().version() + ": " + String.join(" ", measured.command())
                            + (measured.pinned() ? "" : " (on any processor)"));
        } else if (result instanceof PeerResult.Absent absent) {
            return new PeerNote(label, false, absent.reason());
        }
        return new PeerNote(label, false, "failed: " + ((PeerResult.Failed) result).reason());
    }

    private static Optional<Double> yields(Timing timing, List<Timing> own) {
        int n = timing.n().orElse(USUAL_N);
        return own.stream()
                .filter(yield ->
                        yield.what().equals(Measures.YIELD) && yield.n().orElse(USUAL_N) == n)
                .map(yield -> timing.medianNs() / yield.medianNs())
                .findFirst();
    }

    String text(Style style) {
        Table table = new Table(LEFT, RIGHT, RIGHT, RIGHT, RIGHT)
                .row(
                        style.strong("what"),
                        style.strong("n"),
                        style.strong("min ns"),
                        style.strong("median ns"),
                        style.strong("in yields"));
        for (Row row : rows) {
            table.row(
                    row.what(),
                    row.n().isPresent()
                            ? String.format(Locale.ROOT, "%,d", row.n().getAsInt())
                            : "",
                    decimal(row.minNs()),
                    decimal(row.medianNs()),
                    row.yields().map(BenchReport::decimal).orElse(""));
        }
        StringBuilder text = new StringBuilder(table.text());
        for (PeerNote peer : peers) {
            String label = peer.measured() ? peer.peer() : style.doubtful(peer.peer() + " was not measured");
            text.append(label).append(": ").append(peer.note()).append('\n');
        }
        return text.toString();
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.2f" : "%,.0f", number);
    }
}
