// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import java.io.IOException;
import java.io.InputStream;

/** Another way to switch contexts, as a program that measures itself; cheapest switch first. */
public enum Peer {
    /** {@code jump_fcontext} of Boost.Context: two contexts, no scheduler. */
    BOOST("boost/jump_fcontext", "boost/jump_fcontext.cpp", new BoostToolchain()),

    /** {@code runtime.Gosched} of Go on one P. */
    GO("go/gosched", "go/gosched.go", new GoToolchain()),

    /** {@code Thread.yield} of Java's virtual threads on one carrier. */
    VIRTUAL_THREAD("virtual-thread/yield", "virtual-thread/VirtualThreadYield.java", new JdkToolchain());

    private final String label;
    private final String source;
    private final Toolchain toolchain;

    Peer(String label, String source, Toolchain toolchain) {
        this.label = label;
        this.source = source;
        this.toolchain = toolchain;
    }

    /** What each line of its output begins with, as {@code go/gosched}. */
    public String label() {
        return label;
    }

    /** What builds and runs it. */
    Toolchain toolchain() {
        return toolchain;
    }

    /** The name of its one source file, without the folder. */
    String fileName() {
        return source.substring(source.lastIndexOf('/') + 1);
    }

    /** The bytes of its source file, which this jar carries. */
    byte[] sourceBytes() throws IOException {
        try (InputStream in = Peer.class.getResourceAsStream(source)) {
            if (in == null) {
                throw new IOException("the jar lacks " + source + " beside " + Peer.class.getName()
                        + ": build it again with ./mvnw -B package");
            }
            return in.readAllBytes();
        }
    }
}
