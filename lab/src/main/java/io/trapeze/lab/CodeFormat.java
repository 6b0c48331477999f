// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import java.util.Locale;

/** What code is written as: the value of {@code --format}. */
enum CodeFormat {
    /** Offset, bytes, Intel syntax and reason, one instruction a line. */
    LISTING,
    /** Two digits a byte, 16 bytes a line: what {@code xxd -r -p} reads. */
    HEX,
    /** The bytes themselves. */
    BIN,
    /** {@link EmittedCode}. */
    JSON,
    /** An object file for a linker. */
    ELF,
    /** A static executable. */
    ELF_EXE,
    /** Source text for GNU as. */
    GAS,
    /** Source text for NASM. */
    NASM,
    /** Layouts and prototypes for C and C++. */
    C_HEADER;

    /** Returns the name that users write. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it is nothing to look at. */
    boolean binary() {
        return this == BIN || this == ELF || this == ELF_EXE;
    }
}
