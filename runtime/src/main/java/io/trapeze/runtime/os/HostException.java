// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * An operating system call that failed. The message names the call, its arguments, the error with its text, and what to
 * do next.
 */
public final class HostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /**
     * @param error the error number it left
     * @param text what the system means by that
     */
    HostException(String call, String arguments, int error, String text, String advice) {
        super(call + "(" + arguments + ") failed: " + text + ". " + advice);
        this.call = call;
        this.errno = error;
    }

    /**
     * @param call name of the system call, such as {@code "mmap"}
     * @param arguments the arguments that matter, for a reader
     * @param errno the error number it left, as Linux counts
     * @param advice what to do next, one sentence
     */
    public HostException(String call, String arguments, int errno, String advice) {
        this(call, arguments, errno, Errno.describe(errno), advice);
    }

    /** Name of the call that failed. */
    public String call() {
        return call;
    }

    /** The error number that the call left. */
    public int errno() {
        return errno;
    }
}
