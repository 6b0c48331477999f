// SPDX-License-Identifier: Apache-2.0
/** Calling conventions as data, and the generators of the context-switch primitives. Pure Java: runs on any machine. */
@SuppressWarnings("requires-automatic") // it has a stable name, and is needed for ABI files only
module io.trapeze.trampolines {
    requires transitive io.trapeze.emitter;
    requires org.tomlj;

    exports io.trapeze.trampolines;
    exports io.trapeze.trampolines.abi;
    exports io.trapeze.trampolines.abi.file;
}
