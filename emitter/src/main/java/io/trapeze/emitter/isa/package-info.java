// SPDX-License-Identifier: Apache-2.0
/**
 * The instruction set as data: one table in the notation of the Intel manual, read into {@link io.trapeze.emitter.isa.Form forms}.
 *
 * <p>Nothing here encodes anything. The build reads the table to write the typed methods and the packed descriptors; at
 * run time the same forms name an instruction's operands for listings and error messages.
 */
package io.trapeze.emitter.isa;
