// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

import java.util.Locale;

/** A segment whose base is added to an address; in 64-bit mode only FS and GS have one that may differ from 0. */
public enum Segment {
    /** No override. */
    NONE(0),
    /** FS, prefix 64H: the thread block on Linux. */
    FS(0x64),
    /** GS, prefix 65H: the thread environment block on Windows. */
    GS(0x65);

    private final int prefix;

    Segment(int prefix) {
        this.prefix = prefix;
    }

    /** Returns the override prefix byte; 0 for none. */
    public int prefix() {
        return prefix;
    }

    /** Returns what stands before an address in text, {@code fs:} or nothing. */
    public String text() {
        return this == NONE ? "" : name().toLowerCase(Locale.ROOT) + ":";
    }
}
