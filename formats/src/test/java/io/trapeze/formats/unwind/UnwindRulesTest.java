// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.Caller;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Scale;
import io.trapeze.emitter.operand.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Unwind rules")
class UnwindRulesTest {
    private static final Caller.Convention CONVENTION = new Caller.Convention(List.of(rbx, rbp), 32);
    private static final Caller CALL = new Caller.Entered(List.of(rbx, rbp), CONVENTION, 0, false, false);

    private static CodeBlob blob(Consumer<Assembler> code) {
        Assembler a = new Assembler();
        a.symbol("f");
        a.unwind(CALL);
        code.accept(a);
        return a.finish("f");
    }

    private static UnwindRules rules(Consumer<Assembler> code) {
        return UnwindRules.of(blob(code)).orElseThrow();
    }

    @Test
    void followPushesPopsAndAFramePointer() {
        UnwindRules rules = rules(a -> {
            a.push(rbp);
            a.mov(rbp, rsp);
            a.sub(rsp, 32);
            a.add(rsp, 32);
            a.pop(rbp);
            a.ret();
        });
        assertThat(rules.listing()).isEqualTo("""
                        f:
                            0  push rbp       cfa = rsp + 0x8, pc = [cfa - 0x8]
                            1  mov rbp, rsp   cfa = rsp + 0x10, pc = [cfa - 0x8]
                            4  sub rsp, 0x20  cfa = rsp + 0x10, pc = [cfa - 0x8], rbp = [cfa - 0x10]
                            8  add rsp, 0x20  cfa = rsp + 0x30, pc = [cfa - 0x8], rbp = [cfa - 0x10]
                            c  pop rbp        cfa = rsp + 0x10, pc = [cfa - 0x8], rbp = [cfa - 0x10]
                            d  ret            cfa = rsp + 0x8, pc = [cfa - 0x8]
                        """);
    }

    @Test
    void doNotTrustWhatACallMayChange() {
        UnwindRules rules = rules(a -> {
            a.mov(rax, rbx);
            a.sub(rsp, 40);
            a.mov(rbx, rsp);
            a.mov(qword(rsp, 32), rax); // above the shadow space
            a.call(rdx);
            a.ud2();
        });
        assertThat(rules.rows().get(3).registers()).containsEntry(rbx, new Rule.Is(Formula.of(rax, 0)));
        assertThat(rules.rows().get(4).registers()).containsEntry(rbx, new Rule.AtCfa(-16));
        assertThatThrownBy(() -> rules(a -> {
                    a.sub(rsp, 40);
                    a.mov(qword(rsp, 24), rbx); // in the shadow space
                    a.mov(rbx, 1);
                    a.call(rdx);
                }))
                .isInstanceOf(UnwindException.class)
                .hasMessage(
                        "f, 10: call rdx: here nothing leads to the caller's rbx any more, once the function called has"
                                + " changed what it may; keep it where it can be found, or say with unwind() who goes on instead");
    }

    @Test
    void doNotTrustWhatLiesBelowTheStackPointer() {
        assertThatThrownBy(() -> rules(a -> {
                    a.push(rbx);
                    a.mov(rbx, 1);
                    a.add(rsp, 8);
                    a.ret();
                }))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("ret: here nothing leads to the caller's rbx");
    }

    @Test
    void areRefusedWhereTheWalkCannotKnow() {
        assertThatThrownBy(() -> rules(a -> a.mov(rsp, qword(rdi)).mov(rsp, rax).ret()))
                .as("another stack, and nothing said of it")
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("nothing leads to the caller's stack pointer");
        assertThatThrownBy(() -> rules(a -> a.cpuid()))
                .isInstanceOf(UnwindException.class)
                .hasMessage("f, 0: cpuid: the walk does not know what this does besides what it says");
        assertThatThrownBy(() -> rules(a -> {
                    Label label = a.label("on");
                    a.jz(label);
                    a.bind(label);
                    a.ret();
                }))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("two ways lead here");
        assertThatThrownBy(() -> rules(a -> {
                    a.ret();
                    a.nop();
                }))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("straight code only");
        assertThatThrownBy(() -> rules(a -> a.db(0x90)))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("data, where code was");
        assertThatThrownBy(() -> rules(a -> {
                    a.mov(rax, 5);
                    a.mov(qword(rdi, rax, Scale.X8, 0), rbx);
                }))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("which memory this writes");
        assertThatThrownBy(() -> rules(a -> a.mov(Moffs.at(1L << 40), rax)))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("which memory this writes");
        assertThat(rules(a -> {
                    a.mov(Moffs.at(0x28).in(Segment.FS), rax);
                    a.mov(rax, Moffs.at(1L << 40));
                    a.ret();
                }))
                .isNotNull();
    }

    @Test
    void areNotThereUnlessTheGeneratorSaidWhoCalls() {
        Assembler silent = new Assembler();
        silent.ret();
        assertThat(UnwindRules.of(silent.finish("f"))).isEmpty();
        Assembler unrecorded = new Assembler(false);
        unrecorded.unwind(CALL);
        unrecorded.ret();
        CodeBlob blob = unrecorded.finish("f");
        assertThat(blob.callers()).isEmpty();
        assertThat(EhFrame.of(blob).bytes()).isEmpty();
    }

    @Test
    void ofCodeInMemoryReferToItsAddress() {
        EhFrame frame = EhFrame.of(blob(a -> a.ret()));
        int at = frame.relocations().get(0).offset();
        byte[] loaded = frame.loaded(0x2000, Map.of("f", 0x1000L));
        assertThat(loaded).hasSize(frame.bytes().length + 4).endsWith(0, 0, 0, 0);
        assertThat(ByteBuffer.wrap(loaded).order(ByteOrder.LITTLE_ENDIAN).getInt(at))
                .isEqualTo(0x1000 - 0x2000 - at);
        assertThatThrownBy(() -> frame.loaded(0x2000, Map.of("g", 0x1000L))).hasMessageContaining("where is 'f'?");
        assertThatThrownBy(() -> frame.loaded(0x2000, Map.of("f", 1L << 40))).hasMessageContaining("within 2 GiB");
    }

    @Test
    void thatWindowsCannotSayAreRefused() {
        UnwindRules rules = rules(a -> {
            a.mov(qword(rdi), rsp);
            a.mov(rsp, rsi);
            a.mov(rax, 1);
            a.ud2();
        });
        assertThatThrownBy(() -> UnwindInfo.of(rules))
                .isInstanceOf(UnwindException.class)
                .hasMessageContaining("Windows' codes cannot say that the caller's RSP is [rdi] + 0x8");
    }
}
