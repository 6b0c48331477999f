// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

/**
 * What a scheduler has done so far.
 *
 * @param goroutines goroutines that have ended
 * @param switches times a goroutine was resumed
 * @param upcalls calls of Java
 * @param preemptions goroutines interrupted in the middle of their code
 */
public record SchedulerStatistics(long goroutines, long switches, long upcalls, long preemptions) {}
