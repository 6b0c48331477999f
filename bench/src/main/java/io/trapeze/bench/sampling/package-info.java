// SPDX-License-Identifier: Apache-2.0
/**
 * How short things are timed: done so often that a sample takes long enough to be read from a clock, sampled so often that
 * the fastest and the middle sample mean something, on a thread that stays on one processor.
 */
package io.trapeze.bench.sampling;
