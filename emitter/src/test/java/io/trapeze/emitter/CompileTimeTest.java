// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Java compiler refuses, so that it never gets as far as an exception. */
class CompileTimeTest {
    private static final List<String> LEGAL = List.of(
            "a.mov(rax, rcx);",
            "a.mov(rax, qword(rbx, r12, Scale.X1, 0));",
            "a.lea(rax, ptr(rsp, 8));",
            "a.lock().cmpxchg(qword(rdi), rcx);",
            "a.vpxor(ymm0, ymm1, ymm2);");

    private static final List<String> ILLEGAL = List.of(
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
            "a.ldmxcsr(qword(rsp));");

    @Test
    void operandsThatNoFormTakesDoNotCompile(@TempDir Path directory) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this Java runtime has no compiler: run the tests on a JDK");
        List<String> source = new ArrayList<>(List.of(
                "import static io.trapeze.emitter.operand.Mem.*;",
                "import static io.trapeze.emitter.operand.Registers.*;",
                "import io.trapeze.emitter.operand.Scale;",
                "class Snippet { void emit(io.trapeze.emitter.Assembler a) {"));
        source.addAll(LEGAL);
        source.addAll(ILLEGAL);
        source.add("} }");
        assertThat(errors(compiler, directory, source)).containsExactlyInAnyOrderElementsOf(ILLEGAL);
    }

    /** Returns the lines that the compiler refuses. */
    private static List<String> errors(JavaCompiler compiler, Path directory, List<String> source) {
        var file = new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return String.join("\n", source);
            }
        };
        List<String> options =
                List.of("-d", directory.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        compiler.getTask(null, null, diagnostics, options, null, List.of(file)).call();
        return diagnostics.getDiagnostics().stream()
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .map(d -> source.get((int) d.getLineNumber() - 1))
                .distinct()
                .toList();
    }
}
