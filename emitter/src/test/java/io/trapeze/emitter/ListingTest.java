// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Label;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void showsOffsetBytesTextReasonAndWhereBranchesGo() {
        CodeBlob blob = Code.blob(a -> {
            a.symbol("count");
            Label again = a.label("again");
            a.mov(rcx, qword(rdi, 8)).because("how often");
            a.bind(again);
            a.dec(rcx);
            a.jnz(again).because("until none is left");
            a.call(a.external("done"));
            a.ret();
        });
        assertThat(blob.listing()).isEqualTo("""
                count:
                    0  48 8b 4f 08     mov rcx, qword ptr [rdi + 0x8]  ; how often
                again:
                    4  48 ff c9        dec rcx
                    7  75 fb           jne again <0x4>                 ; until none is left
                    9  e8 00 00 00 00  call done
                    e  c3              ret
                """);
    }

    @Test
    void rulesStayWithTheirInstruction() {
        CodeBlob blob = Code.blob(a -> {
            a.sub(rsp, 32).serves("stack.shadow");
            a.ret();
        });
        assertThat(blob.instructions().get(0).rule()).isEqualTo("stack.shadow");
        assertThat(blob.instructions().get(1).rule()).isEmpty();
    }

    @Test
    void labelsOfOneNameAreToldApart() {
        CodeBlob blob = Code.blob(a -> {
            Label first = a.label("loop");
            Label second = a.label("loop");
            a.bind(first);
            a.jmp(first);
            a.bind(second);
            a.jmp(second);
        });
        assertThat(blob.listing()).isEqualTo("""
                loop:
                    0  eb fe  jmp loop <0x0>
                loop_2:
                    2  eb fe  jmp loop_2 <0x2>
                """);
    }

    @Test
    void symbolsKeepTheirNamesWhateverLabelsAreCalled() {
        CodeBlob blob = Code.blob(a -> {
            Label early = a.label("entry");
            a.bind(early);
            a.jmp(early);
            a.jmp(a.symbol("entry"));
        });
        assertThat(blob.instructions().stream().map(Instruction::text)).containsExactly("jmp entry_2", "jmp entry");
    }

    @Test
    void labelsAtOnePlaceAreAllShown() {
        CodeBlob blob = Code.blob(a -> {
            Label one = a.here();
            Label two = a.here();
            Label end = a.label("end");
            a.jmp(one);
            a.jmp(two);
            a.jmp(end);
            a.symbol("last");
            a.bind(end);
        });
        assertThat(blob.listing()).startsWith("L0:\nL1:\n").endsWith("last:\nend:\n");
    }

    @Test
    void immediatesArePrintedInTheBitsTheInstructionWorksWith() {
        CodeBlob blob = Code.blob(a -> {
            a.and(rsp, -16);
            a.and(eax, -16);
            a.add(ax, -1);
            a.mov(al, -1);
            a.push(-1);
            a.shl(rax, 1);
            a.mov(rax, Long.MIN_VALUE);
            a.mov(eax, 0xFFFF_FFFF);
            a.ret(8);
        });
        assertThat(blob.instructions().stream().map(Instruction::text))
                .containsExactly(
                        "and rsp, 0xfffffffffffffff0",
                        "and eax, 0xfffffff0",
                        "add ax, 0xffff",
                        "mov al, 0xff",
                        "push 0xffffffffffffffff",
                        "shl rax, 1",
                        "movabs rax, 0x8000000000000000",
                        "mov eax, 0xffffffff",
                        "ret 0x8");
    }

    @Test
    void withoutRecordingThereIsNoListingButTheSameCode() {
        Assembler fast = new Assembler(false);
        fast.mov(rax, rcx).because("not kept");
        fast.symbol("end");
        CodeBlob blob = fast.finish("code");
        assertThat(Code.hex(blob)).isEqualTo("48 89 c8");
        assertThat(blob.symbols()).containsEntry("end", 3);
        assertThat(blob.instructions()).isEmpty();
        assertThat(blob.listing()).isEqualTo("end:\n");
    }

    @Test
    void anAssemblerServesAgainAfterFinish() {
        Assembler a = new Assembler();
        a.symbol("first");
        a.jmp(a.here());
        a.align(16);
        a.finish("first");
        a.ret();
        CodeBlob second = a.finish("second");
        assertThat(Code.hex(second)).isEqualTo("c3");
        assertThat(second.symbols()).isEmpty();
        assertThat(second.instructions()).hasSize(1);
        assertThat(second).hasToString("second (1 bytes)");
    }
}
