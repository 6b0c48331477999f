// SPDX-License-Identifier: Apache-2.0
/**
 * Asynchronous preemption: a signal handler of emitted code that sends a goroutine to the preemption trampoline, and the
 * timer that asks for it. The handler knows goroutines and carriers by {@link io.trapeze.runtime.preempt.SafePoint} alone.
 */
package io.trapeze.runtime.preempt;
