// SPDX-License-Identifier: Apache-2.0
/**
 * The scheduler: goroutines whose bodies are machine code, on carriers that are Java threads.
 *
 * <p>{@link io.trapeze.runtime.sched.Scheduler} is the entry. Its hot path, {@link io.trapeze.runtime.sched.YieldCode},
 * is emitted code that never enters Java; Java creates goroutines, takes leave of ended ones, and runs upcalls, always on a
 * carrier's own stack.
 */
package io.trapeze.runtime.sched;
