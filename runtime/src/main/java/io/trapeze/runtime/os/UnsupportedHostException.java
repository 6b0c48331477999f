// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * Thrown where Trapeze is asked to run code on a machine it can't run code on. Emitting works everywhere; the message says
 * so.
 */
public final class UnsupportedHostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what the part of the host that is unsupported, for example {@code "processor aarch64"}
     * @param supported what would be supported in its place
     */
    public UnsupportedHostException(String what, String supported) {
        this(what, supported, "");
    }

    /**
     * @param way what there is to try all the same: a sentence with a space before it, or nothing
     */
    UnsupportedHostException(String what, String supported, String way) {
        super("Trapeze can't run code here: unsupported " + what + "; it runs code on " + supported
                + ". Emitting needs no such host: `trapeze emit` works here." + way);
    }
}
