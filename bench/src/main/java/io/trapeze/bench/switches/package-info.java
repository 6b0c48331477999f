// SPDX-License-Identifier: Apache-2.0
/**
 * What Trapeze's switches and calls cost, beside the {@linkplain io.trapeze.bench.peers peers}, and whether that keeps within
 * the bars the project sets itself.
 *
 * <p>{@link io.trapeze.bench.switches.SwitchBench} measures, {@link io.trapeze.bench.switches.SwitchReport} is what came of it.
 */
package io.trapeze.bench.switches;
