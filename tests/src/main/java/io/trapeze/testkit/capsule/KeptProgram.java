// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.capsule;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.formats.object.ElfExecutable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program that does on its own what a capsule is about to do: its memory as it is before a run, at the same addresses, and a
 * start that enters the probe. It ends with status 0 if the run ends; signals are nobody's but the debugger's.
 *
 * <p>Debuggers know the probe's {@code enter}, {@code arrival} and {@code callee}, and the symbols of the code under test.
 */
final class KeptProgram {
    private static final int EXIT_GROUP = 231;
    private static final int PAGE = 4096;

    private KeptProgram() {}

    /**
     * Returns the file.
     *
     * @param used how many bytes of the code's memory are in use
     * @param placed the code that runs; of two symbols of one name the first one's gets it
     */
    static byte[] of(SharedMemory memory, int used, List<Placed> placed) {
        Assembler a = new Assembler();
        a.symbol("_start");
        a.call(memory.control().qword(CapsuleCode.ENTER));
        a.xor(edi, edi);
        a.mov(eax, EXIT_GROUP);
        a.syscall();
        ElfExecutable program = ElfExecutable.of("_start", a.finish("start"));
        Map<String, Long> symbols = new LinkedHashMap<>();
        placed.forEach(p -> p.blob().symbols().keySet().forEach(name -> symbols.putIfAbsent(name, p.address(name))));
        for (SharedMemory.Part part : memory.parts()) {
            int bytes = (int) Math.min(part.bytes(), part.code() ? used + 2 * PAGE & -PAGE : part.bytes());
            program = program.image(
                    part.name(),
                    part.address(),
                    memory.over(part).getBytes(0, bytes),
                    part.code(),
                    part.code() ? symbols : Map.of());
        }
        return program.bytes();
    }
}
