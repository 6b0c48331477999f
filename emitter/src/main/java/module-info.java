// SPDX-License-Identifier: Apache-2.0
/** The x86-64 encoder: operands, instruction table, assembler, listing. Pure Java. */
module io.trapeze.emitter {}
