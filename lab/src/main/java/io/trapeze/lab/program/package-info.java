// SPDX-License-Identifier: Apache-2.0
/**
 * Programs that put the scheduler to work and check all they did.
 *
 * <p>{@link io.trapeze.lab.program.Program} is what each of them is, {@link io.trapeze.lab.program.Programs} lists them.
 */
package io.trapeze.lab.program;
