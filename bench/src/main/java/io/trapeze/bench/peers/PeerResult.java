// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.util.List;

/** What came of measuring a peer. */
public sealed interface PeerResult {

    Peer peer();

    /**
     * Numbers.
     *
     * @param peer whose
     * @param report what it printed
     * @param command what ran, word by word, so that a reader can run it again
     * @param pinned whether the command kept it on one processor
     */
    record Measured(Peer peer, PeerReport report, List<String> command, boolean pinned) implements PeerResult {
        public Measured {
            command = List.copyOf(command);
        }
    }

    /**
     * The machine lacks what the peer needs.
     *
     * @param peer which
     * @param reason what is missing, and how to get it: one line
     */
    record Absent(Peer peer, String reason) implements PeerResult {}

    /**
     * The toolchain is there, but building, running or reading the peer went wrong.
     *
     * @param peer which
     * @param reason what went wrong, in which command, and what to do next
     */
    record Failed(Peer peer, String reason) implements PeerResult {}
}
