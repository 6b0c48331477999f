// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Registers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The names of one source: labels, numbered labels, constants, and symbols from elsewhere.
 *
 * <p>A first reading of the source {@linkplain #note notes} what is defined where, so that a name that never is can be told
 * from one that will be.
 */
final class Names {
    /** What a name can be declared as. */
    enum Sort {
        LABEL,
        CONSTANT,
        EXTERNAL
    }

    private record Declared(Sort sort, int line) {}

    /** A numbered label: how often it is defined in all and so far, and its last and next place. */
    private static final class Numbered {
        private int inAll;
        private int soFar;
        private Label last;
        private Label next;
    }

    /** A place some bytes away from a label, and where the source names it. */
    private record Beyond(Token start, Label label, Label base, int bytes) {}

    private final Assembler assembler;
    private final Map<String, Declared> declared = new LinkedHashMap<>();
    private final Set<String> global = new HashSet<>();
    private final Map<String, Label> labels = new HashMap<>();
    private final Set<String> bound = new HashSet<>();
    private final Map<String, Value> constants = new HashMap<>();
    private final Map<String, Numbered> numbered = new HashMap<>();
    private final List<Beyond> beyond = new ArrayList<>();
    /** Where distances begin that only the layout knows, in their order. */
    final List<Token> distances = new ArrayList<>();

    Names(Assembler assembler) {
        this.assembler = assembler;
    }

    // ---- the first reading ------------------------------------------------------------------------------------------

    void note(Token name, Sort sort) {
        declared.putIfAbsent(name.text(), new Declared(sort, name.line()));
    }

    void noteNumbered(Token number) {
        numbered.computeIfAbsent(number.text(), n -> new Numbered()).inAll++;
    }

    void noteGlobal(Token name) {
        global.add(name.text());
    }

    // ---- the second reading -----------------------------------------------------------------------------------------

    /** Binds a label to this place. */
    void define(Token name) {
        if (!name.isName()) {
            defineNumbered(name);
            return;
        }
        requireFree(name, Sort.LABEL);
        if (!bound.add(name.text())) {
            throw name.mistake("label " + name.shown() + " stands on line "
                    + declared.get(name.text()).line() + " already: choose another name, or a number as in 1:");
        }
        assembler.bind(label(name.text()));
        if (global.contains(name.text())) {
            assembler.symbol(name.text(), label(name.text()));
        }
    }

    private void defineNumbered(Token name) {
        if (!name.text().matches("[0-9]{1,9}")) {
            throw name.mistake(name.shown() + " is no label: one is a name, or a number as in 1:");
        }
        Numbered number = numbered.get(name.text());
        number.soFar++;
        number.last = number.next == null ? assembler.label("L" + name.text()) : number.next;
        number.next = null;
        assembler.bind(number.last);
    }

    void set(Token name, Value value) {
        requireFree(name, Sort.CONSTANT);
        constants.put(name.text(), value);
    }

    private void requireFree(Token name, Sort sort) {
        if (Registers.named(name.word()).isPresent()) {
            throw name.mistake(name.shown() + " is a register: choose another name");
        }
        Declared first = declared.get(name.text());
        if (first.sort() != sort) {
            throw name.mistake(
                    name.shown() + " is declared as something else on line " + first.line() + ": choose another name");
        }
    }

    void requireDefined(Token global) {
        Declared known = declared.get(global.text());
        if (known == null || known.sort() != Sort.LABEL) {
            throw global.mistake(
                    known == null
                            ? "unknown label " + global.shown() + Spelling.hint(global.text(), declared.keySet())
                                    + "; what is defined elsewhere is declared by .extern"
                            : global.shown() + " is no label of this text, so it can be no symbol of its code");
        }
    }

    /** Returns what a name stands for. */
    Value value(Token name) {
        Value constant = constants.get(name.text());
        if (constant != null) {
            return constant;
        }
        String plain = name.text().replaceFirst("(?i)@plt$", "");
        Declared known = declared.get(plain);
        if (known == null && plain.contains("@")) {
            throw name.mistake(
                    "only a linker knows " + name.shown() + ": code is complete, but for what .extern declares");
        }
        if (known == null) {
            Set<String> near = new TreeSet<>(declared.keySet());
            Registers.names().stream()
                    .filter(register -> Math.min(register.length(), plain.length()) > 2)
                    .forEach(near::add);
            String hint = Spelling.hint(plain, near);
            throw name.mistake(
                    "unknown label " + name.shown() + (hint.isEmpty() ? "; write '" : hint + " If not, write '")
                            + Token.shortened(plain) + ":' where it belongs, or declare it by .extern");
        }
        return switch (known.sort()) {
            case LABEL -> Value.of(label(plain));
            case EXTERNAL -> Value.of(assembler.external(plain));
            case CONSTANT ->
                throw name.mistake("constant " + name.shown()
                        + (known.line() < name.line()
                                ? " has no value, because of the error on line " + known.line()
                                : " is defined only further down, on line " + known.line()
                                        + ": move that line up; GNU as would read memory at that address here"));
        };
    }

    /** Returns the label of {@code 1b} or {@code 1f}. */
    Value numbered(Token reference) {
        int last = reference.text().length() - 1;
        String name = reference.text().substring(0, last);
        boolean back = reference.text().charAt(last) == 'b';
        Numbered number = numbered.get(name);
        if (number == null || (back ? number.last == null : number.soFar == number.inAll)) {
            throw reference.mistake("there is no label " + name + ": " + (back ? "before" : "behind")
                    + " this line for " + reference.shown());
        }
        if (!back && number.next == null) {
            number.next = assembler.label("L" + name);
        }
        return Value.of(back ? number.last : number.next);
    }

    /** Returns a label for the place that is {@code bytes} from another, which may still have to be bound. */
    Label beyond(Token start, Label base, int bytes) {
        Label label = assembler.label(base.name() + (bytes < 0 ? "_minus_" : "_plus_") + Math.abs((long) bytes));
        beyond.add(new Beyond(start, label, base, bytes));
        return label;
    }

    /** Makes the last bytes emitted a distance that only the layout knows. */
    void endWithDistance(Token start, int bytes, Value value) {
        assembler.endWithDistance(bytes, value.minus().get(0), value.plus().get(0), value.constant());
        distances.add(start);
    }

    /** Binds what had to wait for other labels. */
    void finish(Consumer<Mistake> failed) {
        for (Beyond b : beyond) {
            try {
                assembler.bind(b.label(), b.base(), b.bytes());
            } catch (EncodingException e) {
                failed.accept(b.start().mistake("this place is before the code's start"));
            }
        }
    }

    private Label label(String name) {
        return labels.computeIfAbsent(name, assembler::label);
    }
}
