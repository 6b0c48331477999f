// SPDX-License-Identifier: Apache-2.0
/** Code as text: the Intel syntax of GNU as and llvm-mc, read into an assembler. Every mnemonic comes from the table. */
package io.trapeze.emitter.text;
