// SPDX-License-Identifier: Apache-2.0
/**
 * The program that writes what is the same thing many times over: the typed instruction methods, from the table, and the
 * operand types and constants. It runs during the build and is not shipped.
 */
package io.trapeze.emitter.isa.build;
