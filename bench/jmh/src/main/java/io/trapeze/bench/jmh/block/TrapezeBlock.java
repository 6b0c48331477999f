// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.jmh.block;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;

/**
 * A switch between two contexts of a Win64 goroutine, 41 instructions: rdi and rsi point to the one to leave and the one to
 * enter. The other emitters' blocks have the same bytes.
 */
public final class TrapezeBlock {
    /** Instructions in a block. */
    public static final int INSTRUCTIONS = 41;

    private TrapezeBlock() {}

    // spotless:off
    /** Emits the block. */
    public static void emit(Assembler a) {
        a.mov(rax, qword(rsp));
        a.mov(qword(rdi), rax);
        a.lea(rax, ptr(rsp, 8));
        a.mov(qword(rdi, 8), rax);
        a.mov(qword(rdi, 16), rbx);
        a.mov(qword(rdi, 24), rbp);
        a.mov(qword(rdi, 32), r12);
        a.mov(qword(rdi, 40), r13);
        a.mov(qword(rdi, 48), r14);
        a.mov(qword(rdi, 56), r15);
        a.movdqu(xmmword(rdi, 64), xmm6);
        a.movdqu(xmmword(rdi, 80), xmm7);
        a.movdqu(xmmword(rdi, 96), xmm8);
        a.movdqu(xmmword(rdi, 112), xmm9);
        a.movdqu(xmmword(rdi, 128), xmm10);
        a.movdqu(xmmword(rdi, 144), xmm11);
        a.movdqu(xmmword(rdi, 160), xmm12);
        a.movdqu(xmmword(rdi, 176), xmm13);
        a.movdqu(xmmword(rdi, 192), xmm14);
        a.movdqu(xmmword(rdi, 208), xmm15);
        a.movdqu(xmm6, xmmword(rsi, 64));
        a.movdqu(xmm7, xmmword(rsi, 80));
        a.movdqu(xmm8, xmmword(rsi, 96));
        a.movdqu(xmm9, xmmword(rsi, 112));
        a.movdqu(xmm10, xmmword(rsi, 128));
        a.movdqu(xmm11, xmmword(rsi, 144));
        a.movdqu(xmm12, xmmword(rsi, 160));
        a.movdqu(xmm13, xmmword(rsi, 176));
        a.movdqu(xmm14, xmmword(rsi, 192));
        a.movdqu(xmm15, xmmword(rsi, 208));
        a.mov(rbx, qword(rsi, 16));
        a.mov(rbp, qword(rsi, 24));
        a.mov(r12, qword(rsi, 32));
        a.mov(r13, qword(rsi, 40));
        a.mov(r14, qword(rsi, 48));
        a.mov(r15, qword(rsi, 56));
        a.mov(qword(rcx), rsi);
        a.mov(rdx, qword(rsi));
        a.mov(rsp, qword(rsi, 8));
        a.mov(eax, 1);
        a.jmp(rdx);
    }
    // spotless:on
}
