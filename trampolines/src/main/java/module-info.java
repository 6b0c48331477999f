// SPDX-License-Identifier: Apache-2.0
/** Calling conventions as data, the Gobuf layout and the generators of the context-switch primitives. Pure Java. */
module io.trapeze.trampolines {
    requires transitive io.trapeze.emitter;
}
