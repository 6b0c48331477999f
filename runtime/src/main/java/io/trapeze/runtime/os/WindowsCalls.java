// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** The way to the functions of Windows, which a test can lead elsewhere. */
interface WindowsCalls {
    /**
     * Calls a function of kernel32.dll.
     *
     * @param arguments integers, handles and addresses
     * @return the whole of rax: what a function that returns 32 bits leaves in the upper half means nothing
     */
    long call(String function, long... arguments);

    /** What this thread's last call left as its error. */
    int lastError();

    /** A zeroed block for a structure or a string, there as long as it is reachable. */
    Pointer structure(long bytes);

    /** A string of 16-bit characters, with its terminating zero. */
    default Pointer wide(String text) {
        Pointer pointer = structure(2L * text.length() + 2);
        pointer.write(0, text.getBytes(StandardCharsets.UTF_16LE), 0, 2 * text.length());
        return pointer;
    }

    /** A string of 8-bit characters, with its terminating zero. */
    default Pointer narrow(String text) {
        Pointer pointer = structure(text.length() + 1L);
        pointer.write(0, text.getBytes(StandardCharsets.US_ASCII), 0, text.length());
        return pointer;
    }
}
