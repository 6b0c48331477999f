// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.host;

import static io.trapeze.emitter.operand.Mem.dword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.abi.Abi;

/** Asks the processor about itself by running the instructions for it, which are emitted on the spot. */
final class CpuProbe {

    private CpuProbe() {}

    static CpuFeatures run(OperatingSystem os) {
        CodeBlob blob = emit(os.abi());
        try (CodeArena arena = CodeArena.open(os, blob.size());
                MappedCode code = arena.map(blob);
                NativeMemory results = NativeMemory.allocate(os, 4 * Integer.BYTES)) {
            NativeFunction cpuid = code.function("cpuid");
            return CpuFeatures.detect(
                    (leaf, subleaf) -> {
                        cpuid.call(leaf, subleaf, results.address());
                        return new Cpuid.Result(
                                results.getInt(0), results.getInt(4), results.getInt(8), results.getInt(12));
                    },
                    () -> code.function("xgetbv").call());
        }
    }

    // spotless:off
    /** {@code cpuid(leaf, subleaf, results)} stores four words; {@code xgetbv()} returns XCR0. Both keep all C wants kept. */
    static CodeBlob emit(Abi abi) {
        Assembler a = new Assembler(false);
        IndexReg leaf = abi.integerArguments().get(0);
        IndexReg subleaf = abi.integerArguments().get(1);
        IndexReg results = abi.integerArguments().get(2);

        a.symbol("cpuid");
        a.mov(r10, rbx)     .because("cpuid writes it, C wants it kept");
        a.mov(r11, results) .because("cpuid may write its register");
        a.mov(rax, leaf);
        a.mov(rcx, subleaf) .because("after the leaf, which may be in rcx");
        a.cpuid();
        a.mov(dword(r11, 0), eax);
        a.mov(dword(r11, 4), ebx);
        a.mov(dword(r11, 8), ecx);
        a.mov(dword(r11, 12), edx);
        a.mov(rbx, r10);
        a.ret();

        a.align(16);
        a.symbol("xgetbv");
        a.xor(ecx, ecx) .because("XCR0");
        a.xgetbv();
        a.shl(rdx, 32);
        a.or(rax, rdx);
        a.ret();

        return a.finish("cpu-probe");
    }
    // spotless:on
}
