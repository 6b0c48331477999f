// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.os;

import java.util.OptionalInt;

/**
 * What a signal handler finds where; offsets in bytes.
 *
 * @param urgent the number of SIGURG, the signal that preempts
 * @param value in {@code siginfo_t}: the value that the sender passed; none if the system carries none to a thread
 * @param registers in {@code ucontext_t}: the pointer to the record of registers; none if that is a part of {@code
 *     ucontext_t} itself
 * @param rsp in the record of registers: the interrupted RSP
 * @param rip there: where the thread goes on
 */
public record SignalFrame(int urgent, OptionalInt value, OptionalInt registers, int rsp, int rip) {}
