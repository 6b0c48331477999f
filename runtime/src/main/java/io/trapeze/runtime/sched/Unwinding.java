// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened, last first, if its owner could not be completed. */
final class Unwinding implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    void keep() {
        opened.clear();
    }

    @Override
    public void close() {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot give back " + resource, e);
            }
        }
    }
}
