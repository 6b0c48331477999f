// SPDX-License-Identifier: Apache-2.0
package io.trapeze.runtime.sched;

import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.trampolines.abi.Abi;
import java.util.List;

/**
 * Emits the ways into the scheduler's code that follow a calling convention: to Java and to bodies it is a library of C functions,
 * whatever registers it uses inside.
 */
final class EntryCode {
    /** What the scheduler's code changes inside. */
    static final List<IndexReg> CHANGED = List.of(rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11);

    private final Assembler a;
    private final Abi abi;

    EntryCode(Assembler a, Abi abi) {
        this.a = a;
        this.abi = abi;
    }

    // spotless:off
    /**
     * Emits an entry, right in front of the code it leads to: nothing but the symbol where that code finds its arguments where the
     * convention puts them, and changes only what the convention lets it.
     *
     * @param inside the code, which ends by {@code ret}; bound next
     * @param arguments where it wants them
     */
    void emit(String symbol, Label inside, IndexReg... arguments) {
        a.symbol(symbol);
        List<IndexReg> wanted = List.of(arguments);
        List<IndexReg> given = abi.integerArguments().subList(0, wanted.size());
        List<IndexReg> kept = CHANGED.stream().filter(abi::preserves).toList();
        if (given.equals(wanted) && kept.isEmpty()) {
            return;
        }
        for (IndexReg register : kept) {
            a.push(register)  .because("the caller's");
        }
        for (int i = given.size() - 1; i >= 0; i--) {
            a.push(given.get(i));
        }
        for (IndexReg register : wanted) {
            a.pop(register)   .because("where it is used");
        }
        a.call(inside);
        for (int i = kept.size() - 1; i >= 0; i--) {
            a.pop(kept.get(i));
        }
        a.ret();
    }
    // spotless:on
}
