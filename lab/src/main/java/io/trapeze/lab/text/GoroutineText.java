// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.text;

import static io.trapeze.emitter.operand.Registers.rdi;
import static io.trapeze.emitter.operand.Registers.rdx;
import static io.trapeze.emitter.operand.Registers.rsi;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.SourceException;
import io.trapeze.emitter.text.TextAssembler;
import io.trapeze.runtime.sched.GoroutineAssembler;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A source as the code of goroutines.
 *
 * <p>Each {@code .globl} label is where one goroutine begins; without one there is a single goroutine, and it begins at the
 * first instruction. Besides instructions the text may have {@code yield}, {@code exit} and {@code call_java}.
 *
 * @param source the text
 * @param entries the labels that goroutines begin at, in the order of the text; may be empty
 */
public record GoroutineText(Source source, List<String> entries) {
    private static final String CALL = "call_java_";
    private static final List<Reg64> ARGUMENTS = List.of(rdi, rsi, rdx);

    /**
     * Reads a source, without making code of it yet.
     *
     * @throws SourceException if it has errors
     * @throws IllegalArgumentException if it needs something from elsewhere
     */
    public static GoroutineText of(Source source) {
        Assembler rehearsal = new Assembler(false);
        TextAssembler text = new TextAssembler(rehearsal);
        text.intrinsic("yield", GoroutineText::none).intrinsic("exit", GoroutineText::none);
        for (JavaFunction function : JavaFunction.values()) {
            text.intrinsic(CALL + function.label(), operands -> load(rehearsal, function, operands));
        }
        text.assemble(source);
        CodeBlob blob = rehearsal.finish(source.title());
        blob.relocations().stream().findFirst().ifPresent(r -> {
            throw new IllegalArgumentException("'" + r.symbol()
                    + "' is declared .extern, and a goroutine's text finds nothing elsewhere but what call_java calls: "
                    + Arrays.stream(JavaFunction.values())
                            .map(JavaFunction::label)
                            .toList());
        });
        return new GoroutineText(source, List.copyOf(blob.symbols().keySet()));
    }

    /** Returns how many goroutines it is. */
    int goroutines() {
        return Math.max(1, entries.size());
    }

    /** Returns what emits the body of all goroutines: which one it is to be, from 0, is in {@code rsi}. */
    Consumer<GoroutineAssembler> body(OutputStream out) {
        return a -> {
            TextAssembler text = new TextAssembler(a).tellLines();
            text.intrinsic("yield", operands -> a.yield()).intrinsic("exit", operands -> a.exit());
            for (JavaFunction function : JavaFunction.values()) {
                text.intrinsic(CALL + function.label(), operands -> {
                    load(a, function, operands);
                    a.callJava(function.printingTo(out));
                });
            }
            text.assemble(new Source(source.name(), dispatch() + source.text()));
        };
    }

    /** On the source's first line, so that all lines keep their numbers. */
    private String dispatch() {
        StringBuilder jumps = new StringBuilder();
        for (int i = 1; i < entries.size(); i++) {
            jumps.append("cmp esi, ")
                    .append(i)
                    .append("; je ")
                    .append(entries.get(i))
                    .append("; ");
        }
        return entries.isEmpty() ? "" : jumps + "jmp " + entries.get(0) + "; ";
    }

    private static void none(List<Operand> operands) {
        if (!operands.isEmpty()) {
            throw new IllegalArgumentException("yield and exit take no operands");
        }
    }

    /** Puts the operands where a function finds them; without operands they are there already. */
    private static void load(Assembler a, JavaFunction function, List<Operand> operands) {
        if (!operands.isEmpty() && operands.size() != function.operands()) {
            throw new IllegalArgumentException(function.label() + " takes " + function.operands() + " operand"
                    + (function.operands() > 1 ? "s" : "") + ", or none if "
                    + ARGUMENTS.subList(0, function.operands()) + " hold them already; found " + operands.size());
        }
        for (int i = 0; i < operands.size(); i++) {
            for (Reg64 loaded : ARGUMENTS.subList(0, i)) {
                if (uses(operands.get(i), loaded)) {
                    throw new IllegalArgumentException("operand " + (i + 1) + " uses " + loaded
                            + ", which an operand before it has just been put into: copy it to another register first");
                }
            }
            load(a, ARGUMENTS.get(i), operands.get(i));
        }
    }

    private static void load(Assembler a, Reg64 target, Operand operand) {
        if (operand instanceof Label label) {
            a.lea(target, Mem.ptr(label));
        } else if (operand instanceof Register register) {
            load(a, target, register);
        } else if (operand instanceof Mem mem && mem.bits() != 0 && mem.bits() < 64) {
            a.emit(mem.bits() == 32 ? "movsxd" : "movsx", target, mem);
        } else {
            a.emit("mov", target, operand);
        }
    }

    private static void load(Assembler a, Reg64 target, Register register) {
        if (!register.equals(target)) {
            switch (register.registerClass()) {
                case GP8, GP16 -> a.emit("movsx", target, register);
                case GP32 -> a.emit("movsxd", target, register);
                case XMM -> a.emit("movq", target, register);
                default -> a.emit("mov", target, register);
            }
        }
    }

    private static boolean uses(Operand operand, Reg64 register) {
        if (operand instanceof Mem mem) {
            return mem.address().base() == register.number() || mem.address().index() == register.number();
        }
        return operand instanceof Register r && r.registerClass().general() && r.number() == register.number();
    }
}
