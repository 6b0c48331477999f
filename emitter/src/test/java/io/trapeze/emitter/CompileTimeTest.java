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
            "a.avx().vpxor(ymm0, ymm1, ymm2);",
            "a.sse().paddd(xmm0, xmm1);",
            "a.x87().fadd(dword(rdi));",
            "a.mov(rax, Moffs.at(1));",
            "a.fs().lodsb();",
            "a.supervisor().invlpg(byte_(rdi));",
            "a.avx512().kz(k1).vaddpd(zmm0, zmm1, qword(rdi).broadcast());",
            "a.avx512().rnSae().vaddpd(zmm0, zmm1, zmm2);",
            "a.avx512().k(k1).vaddpd(xmm0, xmm1, xmm2).because(\"masked\");",
            "a.avx().vaddpd(xmm16, xmm1, xmm2);",
            "a.avx512().vmovdqu64(zmmword(rdi), zmm0);",
            "a.avx512().kmovq(k1, rax);",
            "a.avx512().vcvtpd2psx(xmm0, qword(rdi).broadcast());");

    // spotless:off
    private static final List<String> ILLEGAL = List.of(
            // registers of two sizes
            "a.mov(rax, ecx);",
            "a.add(ax, cl);",
            "a.cmpxchg(ebx, rcx);",
            "a.movzx(eax, ecx);",
            "a.movsxd(rax, cx);",
            "a.bswap(ax);",
            "a.shld(rax, ecx, 3);",
            "a.jmp(eax);",
            "a.push(eax);",
            // memory of another size than the register
            "a.mov(rax, dword(rdi));",
            "a.mov(dword(rdi), rax);",
            "a.movzx(eax, dword(rdi));",
            "a.cmpxchg16b(qword(rdi));",
            "a.ldmxcsr(qword(rsp));",
            "a.fldcw(dword(rsp));",
            "a.movss(xmm0, qword(rdi));",
            "a.avx().vmovdqu(ymm0, xmmword(rdi));",
            "a.avx512().vpaddd(zmm0, zmm1, ymmword(rdi));",
            // memory without a size
            "a.inc(ptr(rdi));",
            "a.mov(ptr(rdi), 1);",
            "a.mov(rax, ptr(rdi));",
            // operands of another class
            "a.avx().vpxor(ymm0, ymm1, xmm2);",
            "a.sse().paddd(ymm0, ymm1);",
            "a.pxor(xmm0, rax);",
            "a.add(xmm0, xmm1);",
            "a.avx512().kmovq(k1, eax);",
            "a.avx512().kandq(k1, k2, rax);",
            "a.movq(rax, k1);",
            "a.lea(rax, rbx);",
            "a.lea(al, qword(rbx));",
            "a.call(xmm0);",
            // how many operands, and in which order
            "a.add(rax);",
            "a.ret(rax);",
            "a.cpuid(eax);",
            "a.mov(rax, rcx, rdx);",
            "a.avx().vpxor(ymm0, ymm1);",
            "a.mov(1, rax);",
            "a.shl(3, rax);",
            "a.mov(qword(rax), qword(rcx));",
            // addresses
            "a.mov(rax, qword(rbx, rsp, Scale.X1, 0));",
            "a.mov(rax, qword(ebx));",
            "a.mov(rax, qword(rbx, ecx, Scale.X1, 0));",
            "a.mov(rax, qword(rbx, rcx, 3, 0));",
            "a.mov(rax, qword(xmm0));",
            "a.add(rax, Moffs.at(1));",
            "a.mov(qword(rdi), Moffs.at(1));",
            "a.mov(rax, qword(rbx, 1L << 40));",
            // masks, broadcast, rounding
            "a.avx512().k(zmm0).vaddpd(zmm0, zmm1, zmm2);",
            "a.avx512().k(1).vaddpd(zmm0, zmm1, zmm2);",
            "a.avx512().vaddpd(zmm0, zmm1, dword(rdi).broadcast());",
            "a.avx512().vaddpd(zmm0, zmm1, zmmword(rdi).broadcast());",
            "a.avx512().vmovups(zmm0, dword(rdi).broadcast());",
            "a.avx512().vpaddb(zmm0, zmm1, dword(rdi).broadcast());",
            "a.mov(eax, dword(rdi).broadcast());",
            "a.avx512().vcvtpd2ps(xmm0, qword(rdi).broadcast());",
            "a.avx512().vaddpd(zmm0, zmm1, zmm2).k(k1);",
            // where AVX-512 is not asked for, and what it is not asked for
            "a.avx().vmovdqu64(zmmword(rdi), zmm0);",
            "a.avx().kmovq(k1, rax);",
            "a.avx().vaddpd(xmm0, xmm1, qword(rdi).broadcast());",
            "a.avx().vpcmpeqd(k1, xmm0, xmm1);",
            "a.avx512().k(k1).mov(rax, rcx);",
            "a.avx512().rnSae().vpxor(ymm0, ymm1, ymm2);",
            // in another class of instructions
            "a.vpaddd(ymm0, ymm1, ymm2);",
            "a.paddd(xmm0, xmm1);",
            "a.fadd(dword(rdi));",
            "a.sse().vpaddd(ymm0, ymm1, ymm2);",
            "a.avx().mov(rax, rcx);",
            // immediates, labels, prefixes
            "a.add(rax, 1L << 40);",
            "a.add(eax, 0.5);",
            "a.add(rax, \"1\");",
            "a.add(a.label(), rax);",
            "a.jz(qword(rdi));",
            "a.rep().movsb();",
            "a.mvo(rax, rcx);");
    // spotless:on

    @Test
    void operandsThatNoFormTakesDoNotCompile(@TempDir Path directory) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assumeTrue(compiler != null, "this Java runtime has no compiler: run the tests on a JDK");
        List<String> source = new ArrayList<>(List.of(
                "import static io.trapeze.emitter.operand.Mem.*;",
                "import static io.trapeze.emitter.operand.Registers.*;",
                "import io.trapeze.emitter.operand.Moffs;",
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
