// SPDX-License-Identifier: Apache-2.0
/** Measurements, side by side with peers. */
module io.trapeze.bench {
    requires io.trapeze.testkit;

    exports io.trapeze.bench.peers;
}
