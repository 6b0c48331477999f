// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.museum;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Instruction;
import io.trapeze.emitter.Relocation;
import io.trapeze.testkit.check.Check;
import io.trapeze.testkit.check.Subject;
import io.trapeze.testkit.check.Verdict;
import io.trapeze.trampolines.SaveSet;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.List;

/** Code that a bug was in: right, line by line. */
public sealed interface Piece {
    /** Begins the line that names the symbol. */
    String GLOBAL = ".globl ";

    /** Returns what it is called: {@code mcall of win64}. */
    String label();

    /** Returns the symbol at which it begins. */
    String symbol();

    /** Returns what a processor must have to run it. */
    SaveSet needs();

    /** Returns its lines, in Intel syntax. */
    List<String> lines();

    /** Checks code that is said to be this. */
    Verdict check(Check check, CodeBlob code, int tries, long seed);

    /**
     * What the generator makes of a primitive.
     *
     * @param subject the primitive and its convention
     */
    record Generated(Subject subject) implements Piece {
        @Override
        public String label() {
            return subject.name();
        }

        @Override
        public String symbol() {
            return subject.primitive().symbol();
        }

        @Override
        public SaveSet needs() {
            return subject.needs();
        }

        @Override
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            subject.code().relocations().stream().map(Relocation::symbol).forEach(name -> lines.add(".extern " + name));
            lines.add(GLOBAL + symbol());
            lines.add(symbol() + ":");
            subject.code().instructions().stream().map(Instruction::text).forEach(lines::add);
            return lines;
        }

        @Override
        public Verdict check(Check check, CodeBlob code, int tries, long seed) {
            return check.of(subject.with(code), tries, seed);
        }
    }

    /**
     * A function that others call.
     *
     * @param abi whose rules for callees it keeps
     * @param needs what a processor must have to run it
     * @param lines its source, with one symbol
     */
    record Function(Abi abi, SaveSet needs, List<String> lines) implements Piece {
        /** Copies the list. */
        public Function {
            lines = List.copyOf(lines);
        }

        @Override
        public String symbol() {
            return lines.stream()
                    .filter(line -> line.startsWith(GLOBAL))
                    .findFirst()
                    .orElseThrow()
                    .substring(GLOBAL.length());
        }

        @Override
        public String label() {
            return "function of " + abi.name() + (needs == SaveSet.SSE ? "" : ", " + needs.label());
        }

        @Override
        public Verdict check(Check check, CodeBlob code, int tries, long seed) {
            return check.ofFunction(code, symbol(), abi, tries, seed);
        }
    }
}
