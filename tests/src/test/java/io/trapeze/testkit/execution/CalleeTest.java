// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.execution;

import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.testkit.capsule.Placed;
import io.trapeze.testkit.capsule.ThisProcess;
import io.trapeze.testkit.check.Called;
import io.trapeze.testkit.check.Callee;
import io.trapeze.testkit.generate.Drawn;
import io.trapeze.testkit.generate.RegisterStates;
import io.trapeze.testkit.state.Difference;
import io.trapeze.testkit.state.RegisterState;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.ThreadBlock;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A function that is called with all registers full")
class CalleeTest {
    private static final byte[] FORGETS_R12 = {
        0x49, (byte) 0x89, (byte) 0xFC, 0x4C, (byte) 0x89, (byte) 0xE0, (byte) 0xC3
    };

    private final Random random = new Random(1);

    @BeforeAll
    static void onThisHost() {
        ThisHost.assumeThatItRunsCapsules();
    }

    private RegisterState state() {
        return new RegisterStates().draw(random).value();
    }

    @Test
    void isToldWhichRegisterItForgets() {
        try (Callee forgetful = Callee.of(FORGETS_R12, Abi.SYSTEM_V)) {
            Called called = forgetful.call(state(), 42);
            assertThat(called.result()).isEqualTo(42);
            assertThat(called.broken()).extracting(Difference::register).containsExactly("r12");
            assertThatThrownBy(called::requireKept)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("code breaks the rules of sysv")
                    .hasMessageContaining("preserved.general: r12")
                    .hasMessageContaining("called with all quiet but");
        }
    }

    @Test
    void mayDoWhatItsConventionLetsIt() {
        String text = ".globl f\nf: mov [rdi], rsi\n movaps xmm6, xmm0\n lea rax, [rsi + 1]\n ret";
        try (Callee callee = Callee.of(Assembler.parse(text), "f", Abi.SYSTEM_V)) {
            Called called = callee.call(state(), callee.memory().address(), 7).requireKept();
            assertThat(called.result()).isEqualTo(8);
            assertThat(callee.memory().getLong(0)).isEqualTo(7);
        }
        try (Callee callee =
                Callee.of(Assembler.parse(text.replace("rdi", "rcx").replace("rsi", "rdx")), "f", Abi.WIN64)) {
            assertThat(callee.call(state(), callee.memory().address(), 7).broken())
                    .extracting(Difference::register)
                    .containsExactly("xmm6");
        }
    }

    @Test
    void mayCalculate() {
        String text = ".globl f\nf: divsd xmm0, xmm1\n sqrtps xmm2, xmm3\n fldpi\n fsqrt\n fstp st(0)\n ret";
        try (Callee callee = Callee.of(Assembler.parse(text), "f", Abi.SYSTEM_V)) {
            for (Drawn<RegisterState> edge : new RegisterStates().edges()) {
                callee.call(edge.value()).requireKept();
            }
        }
    }

    @Test
    void isFoundOutWhereverItMeddles() {
        assertMeddles("std\n ret", "DF");
        assertMeddles("push 0x1f80\n ldmxcsr [rsp]\n pop rax\n ret", "mxcsr");
        assertMeddles("fninit\n ret", "x87 control word");
        assertMeddles("mov [rsp + 16], rax\n ret", "the stack");
        assertMeddles("pop rax\n push rax\n ret 8", "rsp");
        assertMeddles("ud2", "rip");
    }

    @Test
    void isFoundOutBehindItsMemory() {
        try (Callee callee = Callee.of(Assembler.parse(".globl f\nf: mov [rdi], al\n ret"), "f", Abi.SYSTEM_V)) {
            long behind = callee.memory().address() + callee.memory().size();
            callee.call(state(), behind - 1).requireKept();
            assertThat(callee.call(state(), behind).broken())
                    .singleElement()
                    .asString()
                    .contains("SIGSEGV at text+0x0: mov byte ptr [rdi], al, address 0x" + Long.toHexString(behind));
        }
    }

    @Test
    void isToldWhereOnTheStackItWrote() {
        assertWrote("mov [rsp + 8], al\n ret", "8 bytes above the return address, the stack: ");
        assertWrote("mov [rsp - 4097], al\n ret", "4097 bytes below the return address, the stack: ");
    }

    private void assertWrote(String code, String where) {
        try (Callee callee = Callee.of(Assembler.parse(".globl f\nf: " + code), "f", Abi.SYSTEM_V)) {
            Difference broken = callee.call(state()).broken().get(0);
            assertThat(broken).asString().startsWith(where);
            assertThat(broken.rule())
                    .isEqualTo("nothing may change but the stack from 4096 bytes below the return address up to 8 bytes"
                            + " above the return address");
        }
    }

    private void assertMeddles(String code, String register) {
        try (Callee callee = Callee.of(Assembler.parse(".globl f\nf: " + code), "f", Abi.SYSTEM_V)) {
            RegisterState state = RegisterState.quiet();
            state.setMxcsr(0x7F80);
            state.setX87(0xF7F);
            assertThat(callee.call(state).broken())
                    .extracting(Difference::register)
                    .contains(register);
        }
    }

    @Test
    void isCalledWithRegisters() {
        try (Callee callee = Callee.of(FORGETS_R12, Abi.SYSTEM_V)) {
            assertThatNullPointerException()
                    .isThrownBy(() -> callee.call(null, 42))
                    .withMessage("before");
            assertThatNullPointerException()
                    .isThrownBy(() -> callee.call(state(), (long[]) null))
                    .withMessage("arguments");
        }
    }

    @Test
    void hasCode() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Callee.of(new byte[0], Abi.SYSTEM_V))
                .withMessageStartingWith("there is no code at code: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Callee.of(Assembler.parse("ret\n.globl f\nf:"), "f", Abi.SYSTEM_V))
                .withMessageStartingWith("there is no code at f: ");
    }

    @Test
    void ofALibraryRunsInThisProcess() {
        try (Callee strlen = Callee.at(OperatingSystem.current().symbol("strlen"), "strlen", Abi.SYSTEM_V)) {
            strlen.memory().putBytes(0, "as long as this\0".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100; i++) {
                Called called = strlen.call(state(), strlen.memory().address());
                assertThat(called.requireKept().result()).isEqualTo(15);
            }
        }
    }

    @Test
    void ofThisProcessIsHeldToTheSame() {
        Placed code = ThisProcess.open().place(Assembler.parse(".globl f\nf: xor ebx, ebx\n std\n ret"), Map.of());
        try (Callee callee = Callee.at(code.address(), "f", Abi.SYSTEM_V)) {
            RegisterState state = RegisterState.quiet();
            state.set(rbx, 1);
            Called called = callee.call(state);
            assertThat(called.broken()).extracting(Difference::register).containsExactly("rbx", "DF");
            assertThat(called.broken().get(0))
                    .hasToString(
                            "after f, rbx: expected 0000000000000001, found 0000000000000000 (bit 0); preserved.general: rbx");
            assertThat(state.get(rbx)).as("the test's own state").isEqualTo(1);
        }
    }

    @Test
    void ofThisProcessCantHaveTheThreadBlockOfItsLibrary() {
        Abi abi = Abi.builtIn().stream()
                .filter(a -> a.threadBlock().isPresent())
                .findFirst()
                .orElseThrow();
        Abi fs = abi.with(new ThreadBlock(Segment.FS, abi.threadFields()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Callee.at(1, "f", fs))
                .withMessageContaining("behind fs");
    }
}
