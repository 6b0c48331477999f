// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Java compiler refuses, so that it never gets as far as an exception. */
class CompileTimeTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.mov(rax, ecx);",
                "a.mov(rax, dword(rdi));",
                "a.mov(dword(rdi), rax);",
                "a.mov(qword(rax), qword(rcx));",
                "a.mov(rax, qword(rbx, rsp, Scale.X1, 0));",
                "a.mov(rax, qword(ebx));",
                "a.lea(rax, rbx);",
                "a.lea(al, qword(rbx));",
                "a.vpxor(ymm0, ymm1, xmm2);",
                "a.kmovq(k1, eax);",
                "a.push(eax);",
                "a.jmp(eax);",
                "a.inc(ptr(rdi));",
                "a.movzx(eax, ecx);",
                "a.ldmxcsr(qword(rsp));",
            })
    void operandsThatNoFormTakesDoNotCompile(String statement) {
        assertThat(compiles(statement)).as(statement).isFalse();
    }

    @Test
    void operandsThatAFormTakesDo() {
        assertThat(compiles("""
                a.mov(rax, rcx);
                a.mov(rax, qword(rbx, r12, Scale.X1, 0));
                a.lea(rax, ptr(rsp, 8));
                a.lock().cmpxchg(qword(rdi), rcx);
                a.vpxor(ymm0, ymm1, ymm2);
                """)).isTrue();
    }

    private boolean compiles(String statements) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this Java runtime has no compiler: run the tests on a JDK");
        String source = """
                import static io.trapeze.emitter.operand.Mem.*;
                import static io.trapeze.emitter.operand.Registers.*;
                import io.trapeze.emitter.Assembler;
                import io.trapeze.emitter.operand.Scale;
                class Snippet {
                    void emit(Assembler a) {
                        %s
                    }
                }
                """.formatted(statements);
        SimpleJavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreErrors) {
                        return source;
                    }
                };
        List<String> options =
                List.of("-d", directory.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
        return compiler.getTask(new StringWriter(), null, null, options, null, List.of(file))
                .call();
    }
}
