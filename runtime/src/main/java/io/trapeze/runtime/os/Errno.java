// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

/**
 * The error numbers of Linux on x86-64 that the calls made here can report ({@code errno(3)}), with their text in English
 * whatever the locale, so that a message reads the same on every machine.
 */
enum Errno {
    EPERM(1, "operation not permitted"),
    ENOENT(2, "no such file"),
    ESRCH(3, "no such thread or process"),
    EINTR(4, "interrupted by a signal"),
    EIO(5, "input or output error"),
    EBADF(9, "bad file descriptor"),
    EAGAIN(11, "resource limit reached, or memory locked"),
    ENOMEM(12, "out of memory, address space or mappings"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "in use"),
    EEXIST(17, "already there"),
    ENODEV(19, "not supported by this kind of file"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "too many open files in the system"),
    EMFILE(24, "too many open files in the process"),
    EFBIG(27, "file too large"),
    ENOSPC(28, "no space left"),
    ENOSYS(38, "call unknown to this kernel, or filtered"),
    EOVERFLOW(75, "value too large"),
    EOPNOTSUPP(95, "not supported");

    final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Name and text of an error number, known here or not: {@code "ENOMEM (out of memory, …)"}. */
    static String describe(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name() + " (" + errno.text + ")";
            }
        }
        return "errno " + number;
    }
}
