// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.direct;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.runtime.code.NativeFunction;
import io.trapeze.runtime.memory.NativeMemory;
import io.trapeze.runtime.os.OperatingSystem;
import io.trapeze.trampolines.Mcall;
import io.trapeze.trampolines.Primitive;
import io.trapeze.trampolines.abi.Abi;

/** A process that calls {@code mcall} with a function that returns, says where the trap is, and should not survive. */
final class ReturningFunction {
    private ReturningFunction() {}

    public static void main(String[] arguments) {
        OperatingSystem os = OperatingSystem.current();
        NativeMemory stack = NativeMemory.allocate(os, 64 * 1024);
        ContextRunner runner = ContextRunner.open(os, Abi.SYSTEM_V);
        SavedContext sched = SavedContext.allocate(os, Abi.SYSTEM_V);
        SavedContext g0 = SavedContext.allocate(os, Abi.SYSTEM_V).sp(stack.address() + stack.size());
        Assembler a = new Assembler();
        a.ret();
        NativeFunction returns = runner.map(a.finish("returns")).function();
        CodeBlob mcall = Mcall.emit(Abi.SYSTEM_V);
        int trap = mcall.instructions().stream()
                .filter(instruction -> instruction.text().equals("ud2"))
                .mapToInt(Instruction::offset)
                .findFirst()
                .orElseThrow();
        System.out.printf("trap at 0x%x%n", runner.address(Primitive.MCALL) + trap);
        System.out.flush();
        runner.mcall(sched, g0, returns);
        System.out.println("survived");
    }
}
