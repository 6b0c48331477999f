// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.preempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.runtime.ChildJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGURG from elsewhere, in a process of its own. */
@Tag("S39")
class ForeignSignalTest {
    @Test
    void aHandlerInstalledBeforeStillGetsItsSignalsWhileGoroutinesArePreempted() {
        ChildJvm child = ChildJvm.run(SignalledProcess.class, "with-handler");
        assertThat(child.exit()).as(child.output()).isZero();
        assertThat(child.output()).contains("previous handler called 3 times", "preempted: true");
    }

    @Test
    void withoutAHandlerForeignSignalsAreIgnoredAsBefore() {
        ChildJvm child = ChildJvm.run(SignalledProcess.class, "without-handler");
        assertThat(child.exit()).as(child.output()).isZero();
        assertThat(child.output()).contains("previous handler called 0 times", "preempted: true");
    }
}
