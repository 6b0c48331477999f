// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Registers;
import io.trapeze.testkit.check.Switching;
import io.trapeze.testkit.sequence.CallSequence;
import io.trapeze.testkit.sequence.Step;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;
import java.util.Map;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PerProperty;
import net.jqwik.api.lifecycle.PropertyExecutionResult;

@AddLifecycleHook(CalleePropertyTest.WhereCapsulesRun.class)
class SwitchingPropertyTest {
    /** Opened when a property first needs them, and so not where capsules don't run. */
    private static final class Primitives {
        static final Switching WIN64 = Switching.of(Abi.WIN64, SaveSet.SSE_X87);
        static final Switching FORGETFUL = Switching.of(
                Abi.WIN64,
                SaveSet.SSE,
                Map.of(Primitive.GOGO, Primitive.GOGO.emit(Abi.WIN64, SaveSet.SSE, Omission.of(Registers.rdi))));
    }

    @Property(tries = 100)
    void anySequenceLeavesAGoroutineWhatIsIts(@ForAll CallSequence sequence) {
        Primitives.WIN64.play(sequence).requireKept();
    }

    @Property(afterFailure = AfterFailureMode.RANDOM_SEED)
    @PerProperty(FailsForOneYield.class)
    void oneThatGoesWrongShrinksToOneYield(@ForAll CallSequence sequence) {
        Primitives.FORGETFUL.play(sequence).requireKept();
    }

    /** Turns the failure that is to be seen into a success, and success into a failure. */
    static final class FailsForOneYield implements PerProperty.Lifecycle {
        @Override
        public void onSuccess() {
            throw new AssertionError("nobody noticed that rdi is forgotten");
        }

        @Override
        public PropertyExecutionResult onFailure(PropertyExecutionResult failed) {
            CallSequence sequence =
                    (CallSequence) failed.falsifiedParameters().orElseThrow().get(0);
            assertThat(sequence.steps()).isEqualTo(List.of(new Step.Yield()));
            assertThat(failed.throwable().orElseThrow())
                    .hasMessageContaining("step 1, yield, rdi")
                    .hasMessageContaining("preserved.general: rdi");
            return failed.mapToSuccessful();
        }
    }
}
