// SPDX-License-Identifier: Apache-2.0
package com.example;

import io.trapeze.testkit.check.Callee;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.PerProperty;
import net.jqwik.api.lifecycle.PropertyExecutionResult;

/** Functions in a source file. */
class AssemblyPropertyTest {
    private static final Path SOURCE = Path.of("src/test/asm/keep.s");
    private static final Callee KEEP = Callee.of(SOURCE, "keep", Abi.SYSTEM_V);
    private static final Callee FORGET = Callee.of(SOURCE, "forget", Abi.SYSTEM_V);

    @Property
    boolean keepReturnsItsArgumentAndLeavesRegistersAlone(@ForAll RegisterState before, @ForAll long argument) {
        return KEEP.call(before, argument).requireKept().result() == argument;
    }

    @Property
    @PerProperty(FailsForR12.class)
    void forgetDoesNot(@ForAll RegisterState before, @ForAll long argument) {
        FORGET.call(before, argument).requireKept();
    }

    /** Turns the failure that is to be seen here into a success, and anything else into a failure. */
    static final class FailsForR12 implements PerProperty.Lifecycle {
        @Override
        public void onSuccess() {
            throw new AssertionError("nobody noticed that r12 is forgotten");
        }

        @Override
        public PropertyExecutionResult onFailure(PropertyExecutionResult failed) {
            String message = failed.throwable().orElseThrow().getMessage();
            return message.contains("preserved.general: r12") ? failed.mapToSuccessful() : failed;
        }
    }
}
