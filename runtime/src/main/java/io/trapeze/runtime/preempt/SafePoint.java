// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

/**
 * Where the signal handler finds what it must know before it may preempt; offsets in bytes.
 *
 * <p>A preemption is delivered only if the carrier runs a goroutine, whose status says so, with RSP in its stack and room
 * for the frame below it, and the program counter in its own code.
 *
 * @param current in a carrier: the running goroutine, or 0
 * @param trampoline in a carrier: where to send the goroutine
 * @param status in a goroutine
 * @param running the status of one that runs
 * @param stackLow in a goroutine: the lowest RSP at which the frame fits
 * @param stackHigh in a goroutine: the highest RSP
 * @param codeLow in a goroutine: its first preemptible address
 * @param codeHigh in a goroutine: the address after the last
 * @param skip bytes below RSP to leave untouched
 */
public record SafePoint(
        int current,
        int trampoline,
        int status,
        int running,
        int stackLow,
        int stackHigh,
        int codeLow,
        int codeHigh,
        int skip) {}
