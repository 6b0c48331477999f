// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static io.trapeze.emitter.operand.Registers.r12;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.BuiltInAbis;
import io.trapeze.trampolines.abi.GrowthCheck;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The growth of a stack")
class StackGrowthTest {
    private static CodeBlob checked(Abi abi) {
        Assembler a = new Assembler();
        Label tooSmall = a.label("too_small");
        StackGrowth.check(a, abi, 256, r12, tooSmall);
        a.ret();
        a.bind(tooSmall);
        a.ud2();
        return a.finish("check");
    }

    private static List<String> reserved(GrowthCheck check, int bytes) {
        Assembler a = new Assembler();
        StackGrowth.reserve(a, Abi.SYSTEM_V.with(check), bytes, "room", "");
        return Code.texts(a.finish("reserve"));
    }

    @Test
    void isCheckedAgainstTheLimitThatTheGoroutineKeeps() {
        assertThat(Code.texts(checked(BuiltInAbis.GO)))
                .startsWith("lea r12, [rsp - 0x100]", "cmp r12, qword ptr [r14 + 0x10]")
                .anyMatch(t -> t.startsWith("jb "));
        assertThat(checked(BuiltInAbis.GO).instructions().get(1).rule()).isEqualTo("growth.guard = 16");
    }

    @Test
    void isNotCheckedWhereGuardPagesDo() {
        assertThat(Code.texts(checked(Abi.SYSTEM_V))).startsWith("ret");
        assertThat(Code.texts(checked(Abi.WIN64))).startsWith("ret");
    }

    @Test
    void touchesEachStepOnTheWayDown() {
        GrowthCheck check = new GrowthCheck.Probe(4096);
        assertThat(reserved(check, 4088)).containsExactly("sub rsp, 0xff8");
        assertThat(reserved(check, 4096)).containsExactly("sub rsp, 0x1000", "mov qword ptr [rsp], rsp");
        assertThat(reserved(check, 9000))
                .containsExactly(
                        "sub rsp, 0x1000",
                        "mov qword ptr [rsp], rsp",
                        "sub rsp, 0x1000",
                        "mov qword ptr [rsp], rsp",
                        "sub rsp, 0x328");
        assertThat(reserved(GrowthCheck.NONE, 9000)).containsExactly("sub rsp, 0x2328");
    }
}
