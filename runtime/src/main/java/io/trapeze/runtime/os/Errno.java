// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.util.function.ToIntFunction;

/**
 * The error numbers that the calls made here can report, on Linux for x86-64 ({@code errno(3)}) and on macOS ({@code
 * sys/errno.h}), with their text in English whatever the locale, so that a message reads the same on every machine.
 */
enum Errno {
    EPERM(1, 1, "operation not permitted"),
    ENOENT(2, 2, "no such file"),
    ESRCH(3, 3, "no such thread or process"),
    EINTR(4, 4, "interrupted by a signal"),
    EIO(5, 5, "input or output error"),
    EBADF(9, 9, "bad file descriptor"),
    EAGAIN(11, 35, "resource limit reached, or memory locked"),
    ENOMEM(12, 12, "out of memory, address space or mappings"),
    EACCES(13, 13, "permission denied"),
    EFAULT(14, 14, "bad address"),
    EBUSY(16, 16, "in use"),
    EEXIST(17, 17, "already there"),
    ENODEV(19, 19, "not supported by this kind of file"),
    EINVAL(22, 22, "invalid argument"),
    ENFILE(23, 23, "too many open files in the system"),
    EMFILE(24, 24, "too many open files in the process"),
    EFBIG(27, 27, "file too large"),
    ENOSPC(28, 28, "no space left"),
    ENOSYS(38, 78, "call unknown to this kernel, or filtered"),
    EOVERFLOW(75, 84, "value too large"),
    EOPNOTSUPP(95, 102, "not supported");

    /** On Linux. */
    final int number;

    private final int macOs;
    private final String text;

    Errno(int number, int macOs, String text) {
        this.number = number;
        this.macOs = macOs;
        this.text = text;
    }

    /** Name and text of an error number of Linux, known here or not: {@code "ENOMEM (out of memory, …)"}. */
    static String describe(int number) {
        return describe(number, errno -> errno.number);
    }

    /** Likewise of one of macOS. */
    static String describeOnMacOs(int number) {
        return describe(number, errno -> errno.macOs);
    }

    private static String describe(int number, ToIntFunction<Errno> system) {
        for (Errno errno : values()) {
            if (system.applyAsInt(errno) == number) {
                return errno.name() + " (" + errno.text + ")";
            }
        }
        return "errno " + number;
    }
}
