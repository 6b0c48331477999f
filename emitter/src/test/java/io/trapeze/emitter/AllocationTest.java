// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Mem.xmmword;
import static io.trapeze.emitter.operand.Mem.zmmword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Emission leaves nothing for the garbage collector, once its methods are compiled. */
class AllocationTest {
    private static final int BLOCKS = 2_000;
    /** How long the compiler is waited for, which others may keep from a processor; it needs less than a second of one. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Assembler assembler = new Assembler(false);

    @Test
    void aBlockOf41InstructionsAllocatesNothing() {
        assertThat(leastBytesPerBlock(AllocationTest::contextSwitch)).isZero();
    }

    @Test
    void instructionsThatNeedAvx512AllocateNothing() {
        assertThat(leastBytesPerBlock(AllocationTest::vectors)).isZero();
    }

    /** Returns the bytes allocated by a block on average, in the best attempt; what the compiler did not get to is tried again. */
    private long leastBytesPerBlock(Consumer<Assembler> block) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
                        && bean.isThreadAllocatedMemorySupported()
                        && bean.isThreadAllocatedMemoryEnabled(),
                "this Java VM does not tell what a thread allocated");
        assumeTrue(
                ManagementFactory.getCompilationMXBean() != null,
                "this Java VM interprets only, and an interpreter makes every object");
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (long start = System.nanoTime(); least > 0 && System.nanoTime() - start < PATIENCE.toNanos(); ) {
            long before = bean.getThreadAllocatedBytes(thread);
            emit(block);
            least = Math.min(least, (bean.getThreadAllocatedBytes(thread) - before) / BLOCKS);
        }
        return least;
    }

    private void emit(Consumer<Assembler> block) {
        for (int i = 0; i < BLOCKS; i++) {
            assembler.clear();
            block.accept(assembler);
        }
    }

    // spotless:off
    /** A switch between two contexts of a Win64 goroutine, as the bench has it. */
    private static void contextSwitch(Assembler a) {
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

    private static void vectors(Assembler a) {
        a.avx512().vmovdqu64(zmm0, zmmword(rdi, 64));
        a.avx512().vpcmpeqd(k1, zmm0, zmm1);
        a.avx512().k(k1).vaddpd(zmm0, zmm1, zmm2);
        a.avx512().kz(k1).rnSae().vaddpd(zmm0, zmm1, zmm2);
        a.avx512().vmovdqu64(zmmword(rsi, 4096), zmm16);
    }
    // spotless:on
}
