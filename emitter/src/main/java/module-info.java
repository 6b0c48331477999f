// SPDX-License-Identifier: Apache-2.0
/** The x86-64 encoder: operands, instruction table, assembler, listing. Pure Java. */
module io.trapeze.emitter {
    exports io.trapeze.emitter;
    exports io.trapeze.emitter.decode;
    exports io.trapeze.emitter.isa;
    exports io.trapeze.emitter.operand;
    exports io.trapeze.emitter.text;
}
