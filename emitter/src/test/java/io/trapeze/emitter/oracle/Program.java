// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import static io.trapeze.emitter.operand.Mem.ptr;
import static io.trapeze.emitter.operand.Mem.qword;
import static io.trapeze.emitter.operand.Registers.*;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A program with labels: the same parts as our code and as source for another assembler. */
final class Program {
    /** A part of a program; {@code n} is a label's number, a size or an addend, as the kind has it. */
    record Part(Kind kind, int n) {}

    enum Kind {
        LABEL,
        JMP,
        JCC,
        CALL,
        CALL_EXTERNAL,
        LEA,
        STORE_IMMEDIATE,
        ALIGN,
        FILL
    }

    private static final int LABELS = 12;

    private final Assembler assembler = new Assembler();
    private final List<String> source = new ArrayList<>();
    private final Label[] labels = new Label[LABELS];
    private final boolean[] bound = new boolean[LABELS];

    private Program() {}

    static Program of(List<Part> parts) {
        Program program = new Program();
        for (int i = 0; i < LABELS; i++) {
            program.labels[i] = program.assembler.label("place" + i);
        }
        parts.forEach(program::add);
        for (int i = 0; i < LABELS; i++) {
            if (!program.bound[i]) {
                program.bind(i);
            }
        }
        return program;
    }

    private void bind(int number) {
        bound[number] = true;
        assembler.bind(labels[number]);
        source.add("place" + number + ":");
    }

    private void add(Part part) {
        int number = Math.floorMod(part.n(), LABELS);
        Label label = labels[number];
        switch (part.kind()) {
            case LABEL -> {
                if (!bound[number]) {
                    bind(number);
                }
            }
            case JMP -> {
                assembler.jmp(label);
                source.add("jmp " + label);
            }
            case JCC -> {
                assembler.jnz(label);
                source.add("jne " + label);
            }
            case CALL -> {
                assembler.call(label);
                source.add("call " + label);
            }
            case CALL_EXTERNAL -> {
                assembler.call(assembler.external("elsewhere"));
                source.add("call elsewhere");
            }
            case LEA -> {
                assembler.lea(rax, ptr(Address.rip(label).plus(part.n())));
                source.add("lea rax, [rip + " + label + " + " + part.n() + "]");
            }
            case STORE_IMMEDIATE -> {
                assembler.mov(qword(label), part.n());
                source.add("mov qword ptr [rip + " + label + "], " + part.n());
            }
            case ALIGN -> {
                int bytes = 1 << Math.floorMod(part.n(), 6);
                assembler.align(bytes);
                source.add(".balign " + bytes + ", 0xcc");
            }
            case FILL -> {
                assembler.db(new byte[part.n()]);
                source.add(".skip " + part.n());
            }
        }
    }

    CodeBlob finish() {
        return assembler.finish("program");
    }

    /** Returns source that says the same. */
    List<String> source() {
        return source;
    }

    /** Returns the instructions of finished code as source again, with the labels that they name. */
    static List<String> sourceOf(CodeBlob blob) {
        TreeMap<Integer, List<String>> names = new TreeMap<>();
        blob.instructions()
                .forEach(i -> i.target().filter(t -> !t.external()).ifPresent(t -> {
                    List<String> here = names.computeIfAbsent(t.offset(), o -> new ArrayList<>());
                    if (!here.contains(t.name() + ":")) {
                        here.add(t.name() + ":");
                    }
                }));
        List<String> lines = new ArrayList<>();
        blob.instructions().forEach(i -> {
            lines.addAll(names.getOrDefault(i.offset(), List.of()));
            lines.add(i.text());
        });
        lines.addAll(names.getOrDefault(blob.size(), List.of()));
        return lines;
    }
}
