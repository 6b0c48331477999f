// SPDX-License-Identifier: Apache-2.0
/** Measurements, side by side with peers. */
module io.trapeze.bench {
    requires io.trapeze.testkit;
    requires io.trapeze.runtime;

    exports io.trapeze.bench.emission;
    exports io.trapeze.bench.parked;
    exports io.trapeze.bench.peers;
    exports io.trapeze.bench.sampling;
    exports io.trapeze.bench.start;
    exports io.trapeze.bench.switches;
}
