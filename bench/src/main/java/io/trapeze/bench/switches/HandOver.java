// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.switches;

/** What a direct switch does besides moving the stack pointer and the program counter. */
enum HandOver {
    /** Nothing: enough where no register is live. */
    BARE,
    /** Saves and restores all that System V has a function preserve, control words too. */
    FULL,
    /** {@code mcall}, whose function calls {@code gogo}: the primitives as they are mapped. */
    PRIMITIVES
}
