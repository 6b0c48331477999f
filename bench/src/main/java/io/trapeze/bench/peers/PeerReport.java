// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a peer program prints: a line {@code # version}, then for each number of contexts a line
 * {@code name<TAB>n<TAB>min_ns<TAB>median_ns}, with two decimals.
 *
 * @param version what ran, in the peer's own words: library, compiler or VM
 * @param runs the measurements, by rising n; at least one
 */
public record PeerReport(String version, List<PeerRun> runs) {
    private static final Pattern HEAD = Pattern.compile("# (\\S.*)");
    private static final Pattern ROW =
            Pattern.compile("([^\t]+)\t(\\d{1,9})\t(\\d{1,12}\\.\\d{2})\t(\\d{1,12}\\.\\d{2})");

    public PeerReport {
        runs = List.copyOf(runs);
    }

    /**
     * Reads the output of a peer.
     *
     * @throws MalformedReportException if a line is not what the form above asks for; it names line and reason
     */
    static PeerReport parse(Peer peer, String output) throws MalformedReportException {
        if (output.isEmpty()) {
            throw new MalformedReportException(peer, 1, "nothing was printed");
        }
        List<String> lines = output.lines().toList();
        if (!output.endsWith("\n")) {
            throw new MalformedReportException(peer, lines.size(), "the output ends in the middle of a line");
        }
        Matcher head = HEAD.matcher(lines.get(0));
        if (!head.matches()) {
            throw new MalformedReportException(peer, 1, "expected \"# version\", found " + quoted(lines.get(0)));
        }
        List<PeerRun> runs = new ArrayList<>();
        for (int line = 2; line <= lines.size(); line++) {
            PeerRun run = row(peer, line, lines.get(line - 1));
            if (!runs.isEmpty() && runs.get(runs.size() - 1).n() >= run.n()) {
                throw new MalformedReportException(peer, line, "n is " + run.n() + ", not above the n before it");
            }
            runs.add(run);
        }
        if (runs.isEmpty()) {
            throw new MalformedReportException(peer, 2, "no measurement follows the version");
        }
        return new PeerReport(head.group(1), runs);
    }

    private static PeerRun row(Peer peer, int line, String text) throws MalformedReportException {
        Matcher row = ROW.matcher(text);
        if (!row.matches()) {
            throw new MalformedReportException(
                    peer, line, "expected name, n, min_ns, median_ns between tabs, found " + quoted(text));
        }
        if (!row.group(1).equals(peer.label())) {
            throw new MalformedReportException(
                    peer, line, "the name is " + quoted(row.group(1)) + ", not " + quoted(peer.label()));
        }
        try {
            return new PeerRun(
                    peer,
                    Integer.parseInt(row.group(2)),
                    Double.parseDouble(row.group(3)),
                    Double.parseDouble(row.group(4)));
        } catch (IllegalArgumentException e) {
            throw new MalformedReportException(peer, line, e.getMessage());
        }
    }

    private static String quoted(String text) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return '"' + shown.replace("\t", "\\t") + '"';
    }
}
