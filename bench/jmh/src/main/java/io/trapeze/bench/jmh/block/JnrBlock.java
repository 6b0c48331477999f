// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh.block;

import static jnr.x86asm.Asm.*;

import java.nio.ByteBuffer;
import jnr.x86asm.Assembler;

/**
 * The block of {@link TrapezeBlock} in the words of jnr-x86asm, in three parts: its buffer throws instead of growing past 128
 * bytes. It cannot be emptied either, so each part gets a new assembler.
 */
public final class JnrBlock {
    private Assembler save = new Assembler(X86_64);
    private Assembler middle = new Assembler(X86_64);
    private Assembler load = new Assembler(X86_64);

    /** Emits the block, into three new assemblers. */
    public void emit() {
        save = new Assembler(X86_64);
        save(save);
        middle = new Assembler(X86_64);
        middle(middle);
        load = new Assembler(X86_64);
        load(load);
    }

    /** Returns the size of the block in bytes. */
    public int size() {
        return save.codeSize() + middle.codeSize() + load.codeSize();
    }

    /** Returns a copy of the block. */
    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(size());
        save.relocCode(bytes, 0);
        middle.relocCode(bytes, 0);
        load.relocCode(bytes, 0);
        return bytes.array();
    }

    private static void save(Assembler a) {
        a.mov(rax, qword_ptr(rsp, 0));
        a.mov(qword_ptr(rdi, 0), rax);
        a.lea(rax, ptr(rsp, 8));
        a.mov(qword_ptr(rdi, 8), rax);
        a.mov(qword_ptr(rdi, 16), rbx);
        a.mov(qword_ptr(rdi, 24), rbp);
        a.mov(qword_ptr(rdi, 32), r12);
        a.mov(qword_ptr(rdi, 40), r13);
        a.mov(qword_ptr(rdi, 48), r14);
        a.mov(qword_ptr(rdi, 56), r15);
        a.movdqu(dqword_ptr(rdi, 64), xmm6);
        a.movdqu(dqword_ptr(rdi, 80), xmm7);
        a.movdqu(dqword_ptr(rdi, 96), xmm8);
    }

    private static void middle(Assembler a) {
        a.movdqu(dqword_ptr(rdi, 112), xmm9);
        a.movdqu(dqword_ptr(rdi, 128), xmm10);
        a.movdqu(dqword_ptr(rdi, 144), xmm11);
        a.movdqu(dqword_ptr(rdi, 160), xmm12);
        a.movdqu(dqword_ptr(rdi, 176), xmm13);
        a.movdqu(dqword_ptr(rdi, 192), xmm14);
        a.movdqu(dqword_ptr(rdi, 208), xmm15);
        a.movdqu(xmm6, dqword_ptr(rsi, 64));
        a.movdqu(xmm7, dqword_ptr(rsi, 80));
        a.movdqu(xmm8, dqword_ptr(rsi, 96));
        a.movdqu(xmm9, dqword_ptr(rsi, 112));
    }

    private static void load(Assembler a) {
        a.movdqu(xmm10, dqword_ptr(rsi, 128));
        a.movdqu(xmm11, dqword_ptr(rsi, 144));
        a.movdqu(xmm12, dqword_ptr(rsi, 160));
        a.movdqu(xmm13, dqword_ptr(rsi, 176));
        a.movdqu(xmm14, dqword_ptr(rsi, 192));
        a.movdqu(xmm15, dqword_ptr(rsi, 208));
        a.mov(rbx, qword_ptr(rsi, 16));
        a.mov(rbp, qword_ptr(rsi, 24));
        a.mov(r12, qword_ptr(rsi, 32));
        a.mov(r13, qword_ptr(rsi, 40));
        a.mov(r14, qword_ptr(rsi, 48));
        a.mov(r15, qword_ptr(rsi, 56));
        a.mov(qword_ptr(rcx, 0), rsi);
        a.mov(rdx, qword_ptr(rsi, 0));
        a.mov(rsp, qword_ptr(rsi, 8));
        a.mov(eax, imm(1));
        a.jmp(rdx);
    }
}
