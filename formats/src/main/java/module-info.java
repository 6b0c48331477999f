// SPDX-License-Identifier: Apache-2.0
/** Finished code for other programs: object files, executables, assembler text and unwind rules. Pure Java. */
module io.trapeze.formats {
    requires transitive io.trapeze.emitter;

    exports io.trapeze.formats.object;
    exports io.trapeze.formats.unwind;
}
