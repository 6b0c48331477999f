// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTest {
    private final Assembler a = new Assembler();

    @Test
    void aLabelThatIsUsedMustBeBound() {
        a.jmp(a.label("exit"));
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.finish("code"))
                .withMessage("label 'exit' is used but was never bound: call bind(label) where it belongs");
    }

    @Test
    void aReferenceFromMemoryOrASymbolUsesALabelToo() {
        a.lea(rax, ptr(a.label("data")));
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.finish("code"))
                .withMessageContaining("'data'");
        a.clear();
        a.symbol("entry", a.label("start"));
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.finish("code"))
                .withMessageContaining("'start'");
    }

    @Test
    void aLabelThatNothingUsesNeedNotBeBound() {
        a.label("unused");
        a.ret();
        assertThat(Code.hex(a.finish("code"))).isEqualTo("c3");
    }

    @Test
    void whatWasForgottenCanBeBoundAfterAFailedFinish() {
        Label exit = a.label("exit");
        a.jmp(exit);
        assertThatExceptionOfType(EncodingException.class).isThrownBy(() -> a.finish("code"));
        a.bind(exit);
        a.ret();
        assertThat(Code.hex(a.finish("code"))).isEqualTo("eb 00 c3");
    }

    @Test
    void aLabelIsBoundOnce() {
        Label label = a.here();
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.bind(label))
                .withMessage("label 'L0' is bound already: use a new label");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.bind(a.external("memcpy")))
                .withMessage("label 'memcpy' is external, so it has no place here");
    }

    @Test
    void labelsOfAnotherAssemblerAreRefused() {
        Label foreign = new Assembler().here();
        for (Runnable use : new Runnable[] {
            () -> a.jmp(foreign),
            () -> a.lea(rax, ptr(foreign)),
            () -> a.bind(foreign),
            () -> a.symbol("x", foreign),
            () -> a.dq(foreign)
        }) {
            assertThatExceptionOfType(EncodingException.class)
                    .isThrownBy(use::run)
                    .withMessageContaining("belongs to another assembler or to code already finished");
        }
        assertThat(a.sizeSoFar()).isZero();
    }

    @Test
    void labelsAreSpentWhenTheCodeIsFinished() {
        Label spent = a.here();
        a.finish("first");
        a.here();
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.jmp(spent))
                .withMessageContaining("code already finished");
    }

    @Test
    void symbolsNameOffsetsInTheOrderTheyWereDefined() {
        Label late = a.label();
        a.symbol("start");
        a.nop();
        a.symbol("late", late);
        a.symbol("middle");
        a.ret();
        a.bind(late);
        CodeBlob blob = a.finish("code");
        assertThat(blob.symbols()).containsExactly(entry("start", 0), entry("late", 2), entry("middle", 1));
        assertThat(blob.offset("late")).isEqualTo(2);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> blob.offset("end"))
                .withMessage("blob 'code' has no symbol 'end'; it has [start, late, middle]");
    }

    private static Map.Entry<String, Integer> entry(String name, int offset) {
        return Map.entry(name, offset);
    }

    @Test
    void aSymbolIsDefinedOnceAndHere() {
        a.symbol("start");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.symbol("start"))
                .withMessage("symbol 'start' is defined twice: choose another name");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.symbol("copy", a.external("memcpy")))
                .withMessageContaining("external label 'memcpy'");
    }

    @Test
    void aSymbolOfTheCodeMayBeNamedAsTheLinkerKnowsIt() {
        a.symbol("start");
        a.dq(a.external("start"));
        CodeBlob blob = a.finish("code");
        assertThat(blob.symbols()).containsOnlyKeys("start");
        assertThat(blob.relocations()).extracting(Relocation::symbol).containsExactly("start");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "\0"})
    void aNameIsNotEmptyAndHasNoControlCharacters(String name) {
        Label here = a.here();
        for (Runnable use : new Runnable[] {
            () -> a.label(name), () -> a.external(name), () -> a.symbol(name), () -> a.symbol(name, here)
        }) {
            a.lock();
            assertThatExceptionOfType(EncodingException.class)
                    .isThrownBy(use::run)
                    .withMessageContaining("a name has one character at least, and none that is a control character");
        }
        assertThatNullPointerException().isThrownBy(() -> a.symbol(null, here));
        a.nop();
        assertThat(Code.hex(a.finish("code"))).as("without LOCK").isEqualTo("90");
    }

    @Test
    void aPlaceThatCannotBeLeavesItsLabelUnbound() {
        Label base = a.here();
        Label before = a.label();
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.bind(before, base, -1))
                .withMessageContaining("too near to the code's start");
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.bind(before, a.label(), 1))
                .withMessageContaining("which is not bound");
        a.nop();
        a.bind(before);
        a.jmp(before);
        assertThat(Code.hex(a.finish("code"))).isEqualTo("90 eb fe");
    }

    @Test
    void theSizeSoFarHasBranchesInTheirShortestForm() {
        Label here = a.here();
        a.jmp(here);
        a.call(here);
        a.align(16);
        assertThat(a.sizeSoFar()).isEqualTo(2 + 5);
        a.clear();
        assertThat(a.sizeSoFar()).isZero();
    }

    @Test
    void referencesToExternalSymbolsBecomeRelocations() {
        Label copy = a.external("memcpy");
        assertThat(a.external("memcpy")).isSameAs(copy);
        a.call(copy);
        a.jz(copy);
        a.lea(rax, ptr(Address.rip(copy).plus(16)));
        a.mov(dword(copy), 7);
        a.dq(copy);
        CodeBlob blob = a.finish("code");
        assertThat(blob.relocations())
                .containsExactlyInAnyOrder(
                        new Relocation(1, Relocation.Kind.BRANCH_32, "memcpy", -4),
                        new Relocation(7, Relocation.Kind.BRANCH_32, "memcpy", -4),
                        new Relocation(14, Relocation.Kind.RELATIVE_32, "memcpy", 12),
                        new Relocation(20, Relocation.Kind.RELATIVE_32, "memcpy", -8),
                        new Relocation(28, Relocation.Kind.ABSOLUTE_64, "memcpy", 0));
        assertThat(Code.hex(blob))
                .isEqualTo("e8 00 00 00 00 0f 84 00 00 00 00 48 8d 05 00 00 00 00"
                        + " c7 05 00 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00");
    }

    @Test
    void theAddressOfALocalLabelIsNoDatum() {
        assertThatExceptionOfType(EncodingException.class)
                .isThrownBy(() -> a.dq(a.here()))
                .withMessageContaining("use lea with a rip-relative address");
    }
}
