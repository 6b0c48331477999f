// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;

/** Tells jqwik where the values of parameters come from; it finds this class by itself. */
public final class TrapezeProvider implements ArbitraryProvider {
    private static final Map<Class<?>, Supplier<Arbitrary<?>>> ARBITRARIES = Map.of(
            RegisterState.class, TrapezeArbitraries::registerStates,
            Abi.class, TrapezeArbitraries::abis,
            CallSequence.class, TrapezeArbitraries::callSequences);

    /** For jqwik. */
    public TrapezeProvider() {}

    @Override
    public boolean canProvideFor(TypeUsage type) {
        return ARBITRARIES.containsKey(type.getRawType());
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage type, SubtypeProvider others) {
        return Set.of(ARBITRARIES.get(type.getRawType()).get());
    }
}
