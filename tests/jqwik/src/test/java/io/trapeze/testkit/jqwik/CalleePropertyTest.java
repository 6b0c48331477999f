// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import static io.trapeze.emitter.operand.Registers.rsp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.trapeze.emitter.Assembler;
import io.trapeze.runtime.os.Platform;
import io.trapeze.testkit.check.Callee;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

@AddLifecycleHook(CalleePropertyTest.WhereCapsulesRun.class)
class CalleePropertyTest {
    static final class WhereCapsulesRun implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            Platform here = Platform.current();
            return here.isLinux() && here.isX64()
                    ? SkipResult.doNotSkip()
                    : SkipResult.skip("capsules are programs for Linux on x86-64");
        }
    }

    /** The functions; made when a property first needs them, and so not where capsules don't run. */
    private static final class Functions {
        static final Callee KEEPING = of("push r12\n mov r12, rdi\n mov rax, r12\n pop r12\n ret");
        static final Callee FORGETTING = of("mov r12, rdi\n ret");

        private static Callee of(String text) {
            return Callee.of(Assembler.parse(".globl f\nf: " + text), "f", Abi.SYSTEM_V);
        }
    }

    @Property(tries = 200)
    void aFunctionThatKeepsRegistersPasses(@ForAll RegisterState before, @ForAll long argument) {
        assertThat(Functions.KEEPING.call(before, argument).requireKept().result())
                .isEqualTo(argument);
    }

    @Property(tries = 50)
    @Domain(TrapezeDomain.class)
    void theDomainHasStatesAndConventions(@ForAll RegisterState state, @ForAll Abi abi) {
        assertThat(state.get(rsp)).isZero();
        assertThat(abi.stack().alignment()).isGreaterThanOrEqualTo(8);
    }

    /** Properties that fail; no test by their name, so that only the example below runs them. */
    static class Forgetful {
        @Property(afterFailure = AfterFailureMode.RANDOM_SEED)
        void forgetsR12(@ForAll RegisterState before) {
            Functions.FORGETTING.call(before, 0).requireKept();
        }
    }

    @Example
    void aFunctionThatForgetsOneFailsWithThatRegisterAlone() {
        List<Throwable> failures = new ArrayList<>();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(Forgetful.class))
                        .configurationParameter("jqwik.database", "target/forgetful-database")
                        .configurationParameter("jqwik.reporting.usejunitplatform", "true")
                        .build(),
                new TestExecutionListener() {
                    @Override
                    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                        result.getThrowable().ifPresent(failures::add);
                    }
                });
        assertThat(failures).hasSize(1);
        assertThat(failures.get(0))
                .hasMessageContaining("f breaks the rules of sysv")
                .hasMessageContaining("after f, r12: expected 0000000000000001, found 0000000000000000 (bit 0)")
                .hasMessageContaining("preserved.general: r12");
    }
}
