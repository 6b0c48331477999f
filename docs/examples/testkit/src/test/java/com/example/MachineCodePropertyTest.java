// SPDX-License-Identifier: Apache-2.0
package com.example;

import io.trapeze.testkit.check.Callee;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Machine code, as whatever writes it leaves it in an array. */
class MachineCodePropertyTest {
    private static final byte[] TWICE = {0x48, (byte) 0x8D, 0x04, 0x09, (byte) 0xC3}; // lea rax, [rcx + rcx]; ret

    private static final Callee CALLEE = Callee.of(TWICE, Abi.WIN64);

    @Property
    boolean doublesByTheRulesOfWindows(@ForAll RegisterState before, @ForAll long argument) {
        return CALLEE.call(before, argument).requireKept().result() == 2 * argument;
    }
}
