// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Omission;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.AbiException;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConventionTest {
    /** Of the code that was there before goroutines could live by another ABI than the host's, on Linux. */
    private static final String SYSTEM_V_CODE = "5ca7947da8d7e35d030d1ea8a3bf06b627e40b42974ffd8d159acbe6e6b24190";

    private static Convention of(Abi abi) {
        return Convention.of(abi, Abi.SYSTEM_V, Omission.NONE);
    }

    @Test
    void theHostsOwnGoroutinesRunTheCodeTheyAlwaysRan() throws NoSuchAlgorithmException {
        CodeBlob code = SchedulerCode.emit(
                Records.of(Abi.SYSTEM_V), OperatingSystem.current().threadCalls(), 64 * 1024);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(code.bytes());
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(SYSTEM_V_CODE);
    }

    static List<Abi> builtIn() {
        return Abi.builtIn();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void noTwoRolesThatMeetShareARegister(Abi abi) {
        Convention convention = of(abi);
        assertThat(convention.values()).hasSize(4).doesNotHaveDuplicates().doesNotContain(convention.g());
        assertThat(convention.work())
                .hasSize(3)
                .doesNotHaveDuplicates()
                .doesNotContain(convention.g(), convention.resume());
        assertThat(convention.afterCall()).hasSize(2).doesNotHaveDuplicates().doesNotContain(abi.result());
    }

    @Test
    void theGoroutineIsWhereTheAbiPinsItOrInSomethingThatIsPreserved() {
        assertThat(of(Abi.builtIn("go").orElseThrow()).g()).isEqualTo(r14);
        assertThat(of(Abi.WIN64).g()).isEqualTo(r14);
        assertThat(of(Abi.SYSTEM_V.preserving(r15, r12)).g()).isEqualTo(r15);
        assertThat(Convention.of(Abi.SYSTEM_V, Abi.SYSTEM_V, Omission.of(r14)).g())
                .as("the register that is to be found missing")
                .isEqualTo(rbx);
    }

    @Test
    void whereNothingIsPreservedARegisterIsPinned() {
        Convention convention = of(Abi.builtIn("preserve-none").orElseThrow());
        assertThat(convention.abi().pinned().g()).contains(convention.g());
    }

    @Test
    void whatTheHostNeedsIsRefused() {
        Abi fs = Abi.SYSTEM_V.named("fs").with(new ThreadBlock(Segment.FS, ThreadBlock.TEB.fields()));
        assertThatThrownBy(() -> of(fs)).isInstanceOf(AbiException.class).hasMessageContaining("thread.segment");
        Abi odd = Abi.SYSTEM_V.named("odd").with(new ThreadBlock(Segment.GS, List.of(new ThreadBlock.Field("Odd", 8))));
        assertThatThrownBy(() -> of(odd)).isInstanceOf(AbiException.class).hasMessageContaining("Odd");
    }

    @Test
    void anAbiWithoutScratchRegistersIsRefusedBeforeAnythingRuns() {
        Abi full = Abi.SYSTEM_V
                .named("full")
                .passing(rdi, rsi, rdx, rcx)
                .preserving(rbx, r8, r9, r10, r11, r12, r13, r14, r15);
        assertThat(full.scratch(1, 4)).containsExactly(rax);
        Abi none = full.passing(rdi).preserving(rbx, rcx, rsi, r8, r9, r10, r11, r12, r13, r14, r15);
        assertThatThrownBy(() -> Scheduler.requireSchedulable(none, Omission.NONE))
                .isInstanceOf(AbiException.class)
                .hasMessageContaining("scratch registers");
    }
}
