// SPDX-License-Identifier: Apache-2.0
/** Calling conventions as data, and the generators of the context-switch primitives. Pure Java: runs on any machine. */
module io.trapeze.trampolines {
    requires transitive io.trapeze.emitter;

    exports io.trapeze.trampolines;
    exports io.trapeze.trampolines.abi;
}
