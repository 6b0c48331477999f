// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.doctor;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.runtime.code.CodeArena;
import io.trapeze.runtime.code.MappedCode;
import io.trapeze.runtime.os.OperatingSystem;
import java.util.List;

/** Whether code that was emitted here can be mapped, and called. */
final class CodeExam implements Exam {
    private static final int ANSWER = 42;

    @Override
    public String area() {
        return "code";
    }

    @Override
    public boolean runsCode() {
        return true;
    }

    @Override
    public List<Finding> look() {
        CodeBlob blob = emit();
        try (CodeArena arena = CodeArena.open(OperatingSystem.current(), blob.size());
                MappedCode code = arena.map(blob)) {
            return List.of(
                    executableMemory(arena), functionPointers(code.function().call()));
        }
    }

    private static Finding executableMemory(CodeArena arena) {
        return arena.isDualMapped()
                ? Finding.fine("executable memory", "one memory file mapped twice: writable here, executable there")
                : Finding.poorer(
                        "executable memory",
                        "pages are written first and made executable then",
                        "A memory file could not be mapped twice, so each blob takes pages of its own. Look at"
                                + " vm.memfd_noexec and at what confines this process (SELinux, seccomp).");
    }

    private static Finding functionPointers(long answer) {
        return answer == ANSWER
                ? Finding.fine("function pointers", "bound by RegisterNatives")
                : Finding.broken(
                        "function pointers",
                        "a function that returns " + ANSWER + " returned " + answer,
                        "This JVM passes no results through functions bound at run time. Use a HotSpot JDK.");
    }

    // spotless:off
    private static CodeBlob emit() {
        Assembler a = new Assembler();
        a.mov(eax, ANSWER);
        a.ret();
        return a.finish("answer");
    }
    // spotless:on
}
