// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.operand;

/** Anything that can stand in an operand position; {@code toString} is its Intel syntax. */
public sealed interface Operand permits Register, Mem, Moffs, Immediate, Label {}
