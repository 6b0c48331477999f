// SPDX-License-Identifier: Apache-2.0
/**
 * How to walk over the stack of emitted code: {@link io.trapeze.formats.unwind.UnwindRules} says, for each instruction, where
 * the caller's registers are; {@link io.trapeze.formats.unwind.EhFrame} writes that as System V systems read it,
 * {@link io.trapeze.formats.unwind.UnwindInfo} as Windows does.
 *
 * <p>The rules are derived by following what each instruction does to registers and stack. Where that cannot be known they
 * are refused ({@link io.trapeze.formats.unwind.UnwindException}), never guessed.
 */
package io.trapeze.formats.unwind;
