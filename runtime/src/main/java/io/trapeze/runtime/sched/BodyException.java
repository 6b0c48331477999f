// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/** A goroutine body that would break what the scheduler relies on; nothing has been mapped. */
public final class BodyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BodyException(String message) {
        super(message);
    }
}
