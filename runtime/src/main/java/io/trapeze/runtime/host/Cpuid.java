// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

/** The {@code CPUID} instruction, or a stand-in for it. */
@FunctionalInterface
interface Cpuid {

    /** Which of the four results. */
    enum Register {
        EAX,
        EBX,
        ECX,
        EDX
    }

    /** The four results of one execution. */
    record Result(int eax, int ebx, int ecx, int edx) {

        int get(Register register) {
            return switch (register) {
                case EAX -> eax;
                case EBX -> ebx;
                case ECX -> ecx;
                case EDX -> edx;
            };
        }
    }

    /** Executes it with {@code leaf} in eax and {@code subleaf} in ecx. */
    Result query(int leaf, int subleaf);

    /** The highest basic leaf; above it the instruction repeats another leaf's results. */
    default int highestLeaf() {
        return query(0, 0).eax();
    }
}
