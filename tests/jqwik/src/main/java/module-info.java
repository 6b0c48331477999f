// SPDX-License-Identifier: Apache-2.0
/** The test kit's generators for jqwik. */
module io.trapeze.testkit.jqwik {
    requires transitive io.trapeze.testkit;
    requires transitive net.jqwik.api;

    exports io.trapeze.testkit.jqwik;

    provides net.jqwik.api.providers.ArbitraryProvider with
            io.trapeze.testkit.jqwik.TrapezeProvider;
}
