// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh.block;

import static jdk.vm.ci.amd64.AMD64.*;

import @graal.root@.asm.amd64.AMD64Address;
import @graal.root@.asm.amd64.AMD64Assembler;
import java.util.EnumSet;
import jdk.vm.ci.amd64.AMD64;
import jdk.vm.ci.code.Register;
import jdk.vm.ci.code.TargetDescription;

/** The block of {@link TrapezeBlock} in the words of Graal's assembler. */
public final class GraalBlock {
    private final AMD64Assembler assembler = new AMD64Assembler(
            new TargetDescription(@graal.architecture@, true, 16, 4096, true));

    /** Emits the block, into the buffer of the last one. */
    public void emit() {
        assembler.reset();
        emit(assembler);
    }

    /** Returns the size of the block in bytes. */
    public int size() {
        return assembler.position();
    }

    /** Returns a copy of the block. */
    public byte[] bytes() {
        return assembler.copy(0, assembler.position());
    }

    private static void emit(AMD64Assembler a) {
        a.movq(rax, at(rsp, 0));
        a.movq(at(rdi, 0), rax);
        a.leaq(rax, at(rsp, 8));
        a.movq(at(rdi, 8), rax);
        a.movq(at(rdi, 16), rbx);
        a.movq(at(rdi, 24), rbp);
        a.movq(at(rdi, 32), r12);
        a.movq(at(rdi, 40), r13);
        a.movq(at(rdi, 48), r14);
        a.movq(at(rdi, 56), r15);
        a.movdqu(at(rdi, 64), xmm6);
        a.movdqu(at(rdi, 80), xmm7);
        a.movdqu(at(rdi, 96), xmm8);
        a.movdqu(at(rdi, 112), xmm9);
        a.movdqu(at(rdi, 128), xmm10);
        a.movdqu(at(rdi, 144), xmm11);
        a.movdqu(at(rdi, 160), xmm12);
        a.movdqu(at(rdi, 176), xmm13);
        a.movdqu(at(rdi, 192), xmm14);
        a.movdqu(at(rdi, 208), xmm15);
        a.movdqu(xmm6, at(rsi, 64));
        a.movdqu(xmm7, at(rsi, 80));
        a.movdqu(xmm8, at(rsi, 96));
        a.movdqu(xmm9, at(rsi, 112));
        a.movdqu(xmm10, at(rsi, 128));
        a.movdqu(xmm11, at(rsi, 144));
        a.movdqu(xmm12, at(rsi, 160));
        a.movdqu(xmm13, at(rsi, 176));
        a.movdqu(xmm14, at(rsi, 192));
        a.movdqu(xmm15, at(rsi, 208));
        a.movq(rbx, at(rsi, 16));
        a.movq(rbp, at(rsi, 24));
        a.movq(r12, at(rsi, 32));
        a.movq(r13, at(rsi, 40));
        a.movq(r14, at(rsi, 48));
        a.movq(r15, at(rsi, 56));
        a.movq(at(rcx, 0), rsi);
        a.movq(rdx, at(rsi, 0));
        a.movq(rsp, at(rsi, 8));
        a.movl(rax, 1);
        a.jmp(rdx);
    }

    private static AMD64Address at(Register base, int displacement) {
        return new AMD64Address(base, displacement);
    }
}
