// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.sequence;

import io.trapeze.emitter.operand.IndexReg;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that code does with its stack. None of them touches flags, vectors or control words. What would write a pinned register or
 * keep the carrier's is left out.
 */
public sealed interface StackOp {
    /** Pushes a register. */
    record Push(IndexReg register) implements StackOp {
        @Override
        public String toString() {
            return "push " + register.name();
        }
    }

    /** Pops a register; nothing where nothing was pushed before. */
    record Pop(IndexReg register) implements StackOp {
        @Override
        public String toString() {
            return "pop " + register.name();
        }
    }

    /** Puts a register at the lowest end of the red zone, and gets another one from there; nothing where there is no red zone. */
    record Spill(IndexReg from, IndexReg to) implements StackOp {
        @Override
        public String toString() {
            return "spill " + from.name() + " to " + to.name();
        }
    }

    /** Calls a function that does other things and leaves the stack as it was. */
    record Call(List<StackOp> inner) implements StackOp {
        /** Copies the list. */
        public Call {
            inner = List.copyOf(inner);
        }

        @Override
        public String toString() {
            return "call {" + text(inner) + "}";
        }
    }

    /** Tells of several. */
    static String text(List<StackOp> ops) {
        return ops.stream().map(StackOp::toString).collect(Collectors.joining("; "));
    }

    /** Returns how many there are, those within calls included. */
    static int count(List<StackOp> ops) {
        return ops.stream()
                .mapToInt(op -> op instanceof Call call ? 1 + count(call.inner()) : 1)
                .sum();
    }
}
