// SPDX-License-Identifier: Apache-2.0
package com.example;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.trapeze.testkit.check.Callee;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A function of the C library, by its address. It runs in this process: one that crashes would take Java with it. */
class LibraryPropertyTest {
    private static final long ADDRESS =
            Pointer.nativeValue(NativeLibrary.getProcess().getFunction("strlen"));

    private static final Callee STRLEN = Callee.at(ADDRESS, "strlen", Abi.SYSTEM_V);

    @Property
    boolean strlenCountsAndKeepsItsRules(@ForAll RegisterState before, @ForAll @IntRange(max = 4000) int length) {
        byte[] text = "x".repeat(length).concat("\0").getBytes(StandardCharsets.US_ASCII);
        STRLEN.memory().putBytes(0, text);
        return STRLEN.call(before, STRLEN.memory().address()).requireKept().result() == length;
    }
}
