// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import io.trapeze.runtime.host.Host;
import io.trapeze.testkit.generate.Abis;
import io.trapeze.testkit.generate.Generator;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.sequence.CallSequences;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import net.jqwik.api.Arbitrary;

/** The arbitraries of the test kit: for properties that narrow them, and for providers of one's own. */
public final class TrapezeArbitraries {
    private static final int LONGEST = 8;

    private TrapezeArbitraries() {}

    /** Returns a value for every register at once; the edges are patterns, rounding modes, flags. */
    public static Arbitrary<RegisterState> registerStates() {
        return of(new RegisterStates());
    }

    /** Returns calling conventions at random whose registers this processor has; the edges are the built-in ones. */
    public static Arbitrary<Abi> abis() {
        return of(new Abis(SaveSet.widest(Host.detect().cpu().xcr0())));
    }

    /** Returns what may happen to a goroutine, in up to eight steps; the edges are each kind of step alone. */
    public static Arbitrary<CallSequence> callSequences() {
        return of(new CallSequences(LONGEST));
    }

    /** Returns the values of any generator. */
    public static <T> Arbitrary<T> of(Generator<T> generator) {
        return new DrawnArbitrary<>(generator);
    }
}
