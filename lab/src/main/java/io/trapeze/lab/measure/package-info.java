// SPDX-License-Identifier: Apache-2.0
/**
 * What {@code trapeze bench} times.
 *
 * <p>A {@link io.trapeze.lab.measure.Measure} does the work, a {@link io.trapeze.lab.measure.Sampler} holds the clock, a
 * {@link io.trapeze.lab.measure.Timing} is what came of it, and {@link io.trapeze.lab.measure.Measures} lists them all.
 */
package io.trapeze.lab.measure;
