// SPDX-License-Identifier: Apache-2.0
/** The test kit: what a program needs to check primitives of its own. */
module io.trapeze.testkit {
    requires transitive io.trapeze.runtime;
    requires io.trapeze.formats;

    exports io.trapeze.testkit.capsule;
    exports io.trapeze.testkit.check;
    exports io.trapeze.testkit.museum;
    exports io.trapeze.testkit.generate;
    exports io.trapeze.testkit.mutate;
    exports io.trapeze.testkit.oracle;
    exports io.trapeze.testkit.sequence;
    exports io.trapeze.testkit.state;
}
