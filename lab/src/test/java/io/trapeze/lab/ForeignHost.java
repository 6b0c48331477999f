// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.function.Supplier;

/** Another machine, which this JVM says it runs on for a while. */
record ForeignHost(String system, String processor) {
    /** Apple's, on which emitted code can't run. */
    static final ForeignHost MAC = new ForeignHost("Mac OS X", "aarch64");

    <T> T run(Supplier<T> work) {
        ForeignHost here = new ForeignHost(System.getProperty("os.name"), System.getProperty("os.arch"));
        install();
        try {
            return work.get();
        } finally {
            here.install();
        }
    }

    private void install() {
        System.setProperty("os.name", system);
        System.setProperty("os.arch", processor);
    }
}
