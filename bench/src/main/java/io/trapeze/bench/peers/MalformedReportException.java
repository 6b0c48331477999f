// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

/** A peer's output that is not the report it promises. */
final class MalformedReportException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedReportException(Peer peer, int line, String reason) {
        super("output of " + peer.label() + ", line " + line + ": " + reason);
    }
}
