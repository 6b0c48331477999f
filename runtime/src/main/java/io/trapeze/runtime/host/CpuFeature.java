// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import io.trapeze.runtime.host.Cpuid.Register;

/**
 * An ability of the processor: where {@code CPUID} tells of it, and which register state the operating system must have
 * enabled for it in {@code XCR0} (Intel SDM volume 2, CPUID; volume 1, chapter 13).
 */
public enum CpuFeature {
    SSE2(1, 0, Register.EDX, 26, 0),
    XSAVE(1, 0, Register.ECX, 26, 0),
    /** The system has turned XSAVE on, so {@code XGETBV} may be executed. */
    OSXSAVE(1, 0, Register.ECX, 27, 0),
    AVX(1, 0, Register.ECX, 28, CpuFeatures.AVX_STATE),
    FMA(1, 0, Register.ECX, 12, CpuFeatures.AVX_STATE),
    AVX2(7, 0, Register.EBX, 5, CpuFeatures.AVX_STATE),
    AVX512F(7, 0, Register.EBX, 16, CpuFeatures.AVX512_STATE),
    AVX512DQ(7, 0, Register.EBX, 17, CpuFeatures.AVX512_STATE),
    AVX512BW(7, 0, Register.EBX, 30, CpuFeatures.AVX512_STATE),
    AVX512VL(7, 0, Register.EBX, 31, CpuFeatures.AVX512_STATE),
    XSAVEOPT(0xD, 1, Register.EAX, 0, 0),
    XSAVEC(0xD, 1, Register.EAX, 1, 0),
    /** The processor has {@code RDFSBASE} and its kin; whether the kernel lets programs use them is another matter. */
    FSGSBASE(7, 0, Register.EBX, 0, 0),
    /** The processor has shadow stacks (CET); whether they are on in this process is another matter. */
    SHADOW_STACK(7, 0, Register.ECX, 7, 0),
    /** The processor can track indirect branches (CET); whether that is on in this process is another matter. */
    INDIRECT_BRANCH_TRACKING(7, 0, Register.EDX, 20, 0);

    private final int leaf;
    private final int subleaf;
    private final Register register;
    private final int bit;
    private final long state;

    CpuFeature(int leaf, int subleaf, Register register, int bit, long state) {
        this.leaf = leaf;
        this.subleaf = subleaf;
        this.register = register;
        this.bit = bit;
        this.state = state;
    }

    /** Whether the processor has it and the system has enabled its registers. */
    boolean isUsable(Cpuid cpuid, long xcr0) {
        return leaf <= cpuid.highestLeaf()
                && (cpuid.query(leaf, subleaf).get(register) >>> bit & 1) != 0
                && (xcr0 & state) == state;
    }
}
