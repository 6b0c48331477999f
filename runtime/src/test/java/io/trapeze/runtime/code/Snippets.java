// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.code;

import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;

/** Small pieces of machine code that several tests run. */
final class Snippets {

    private Snippets() {}

    /** {@code f()} returns {@code value}. */
    static CodeBlob constant(String name, long value) {
        Assembler a = new Assembler();
        a.symbol(name);
        a.mov(rax, value);
        a.ret();
        return a.finish(name);
    }

    /** {@code f(a0, …, a5)} returns {@code ((((a0 * 10 + a1) * 10 + a2) * 10 + …) + a5}: each argument in its own digit. */
    static CodeBlob digits(int count) {
        var arguments = new io.trapeze.emitter.operand.Reg64[] {rdi, rsi, rdx, rcx, r8, r9};
        Assembler a = new Assembler();
        a.xor(eax, eax);
        for (int i = 0; i < count; i++) {
            a.imul(rax, rax, 10);
            a.add(rax, arguments[i]);
        }
        a.ret();
        return a.finish("digits" + count);
    }

    /** {@code f()} returns what the external function {@code symbol} returns, plus one. */
    static CodeBlob callerOf(String symbol) {
        Assembler a = new Assembler();
        a.sub(rsp, 8);
        a.call(a.external(symbol));
        a.add(rax, 1);
        a.add(rsp, 8);
        a.ret();
        return a.finish("caller-of-" + symbol);
    }

    /** {@code f()} returns the 64-bit address of the external {@code symbol}, which stands behind the code. */
    static CodeBlob addressOf(String symbol) {
        Assembler a = new Assembler();
        var place = a.label("place");
        a.mov(rax, qword(place));
        a.ret();
        a.align(8);
        a.bind(place);
        a.dq(a.external(symbol));
        return a.finish("address-of-" + symbol);
    }

    /** {@code bytes} of no-ops and a return. */
    static CodeBlob ofSize(int bytes) {
        Assembler a = new Assembler(false);
        for (int i = 1; i < bytes; i++) {
            a.nop();
        }
        a.ret();
        return a.finish("of-size-" + bytes);
    }
}
