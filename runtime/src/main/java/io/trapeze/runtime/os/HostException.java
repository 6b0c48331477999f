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
     * @param call name of the system call, such as {@code "mmap"}
     * @param arguments the arguments that matter, for a reader
     * @param errno the error number it left
     * @param advice what to do next, one sentence
     */
    public HostException(String call, String arguments, int errno, String advice) {
        super(call + "(" + arguments + ") failed: " + Errno.describe(errno) + ". " + advice);
        this.call = call;
        this.errno = errno;
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
