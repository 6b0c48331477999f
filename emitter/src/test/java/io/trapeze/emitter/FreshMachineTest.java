// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.trapeze.emitter.operand.Label;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What emitting code costs a virtual machine that has just started. */
class FreshMachineTest {
    /** Run in a process of its own: emits code with a branch, a symbol and notes, and asks for the bytes alone. */
    static final class Emit {
        public static void main(String[] arguments) {
            Assembler a = new Assembler();
            a.symbol("entry");
            a.mov(rax, qword(rdi, 8)).because("an argument");
            Label out = a.label();
            a.jz(out);
            a.add(rax, 1);
            a.align(16);
            a.bind(out);
            a.ret();
            CodeBlob blob = a.finish("code");
            System.out.println(blob.size() + " bytes");
            if (arguments.length > 0) {
                System.out.println(blob.listing());
            }
        }
    }

    @Test
    void emittingCodeDoesNotReadTheInstructionTable() throws Exception {
        assertThat(classesLoaded())
                .contains("io.trapeze.emitter.Assembler")
                .doesNotContain("io.trapeze.emitter.isa.InstructionTable");
    }

    @Test
    void aListingDoes() throws Exception {
        assertThat(classesLoaded("listing")).contains("io.trapeze.emitter.isa.InstructionTable");
    }

    private static List<String> classesLoaded(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout:none",
                "-cp",
                System.getProperty("java.class.path"),
                Emit.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains(" bytes");
        return output.lines().map(line -> line.split(" ", 2)[0]).toList();
    }
}
