// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads assembler source in Intel syntax, as GNU as ({@code .intel_syntax noprefix}) and llvm-mc do, into an assembler.
 *
 * <p>Every mnemonic of the table is known. A trailing comment becomes the {@linkplain Assembler#because reason} of its
 * instruction; names that {@code .globl} declares become {@linkplain Assembler#symbol symbols}. Other names are known in their
 * own source only.
 */
public final class TextAssembler {
    private static final InstructionTable TABLE = InstructionTable.shipped();

    /** Prefixes that may stand before any instruction; all but LOCK in front of all its bytes. */
    private static final Map<String, Integer> PREFIXES = Map.of(
            "cs", 0x2E, "ss", 0x36, "ds", 0x3E, "es", 0x26, "fs", 0x64, "gs", 0x65, "notrack", 0x3E, "lock", 0xF0);

    /** Prefixes that the table has joined to their instructions. */
    private static final Set<String> REPEATS = Set.of("rep", "repe", "repz", "repne", "repnz");

    private final Assembler target;
    private final Map<String, Intrinsic> intrinsics = new LinkedHashMap<>();
    private boolean lines;

    /** Makes one that appends to {@code target}. */
    public TextAssembler(Assembler target) {
        this.target = target;
    }

    /**
     * Returns the code of a whole source.
     *
     * @throws SourceException if it has errors
     */
    public static CodeBlob blob(Source source) {
        return new Reading(source, new Assembler(), Map.of(), false).finish();
    }

    /**
     * Adds a word that sources can use like a mnemonic.
     *
     * @param name in lower case; two words joined by an underscore, such as {@code call_java_print}, also stand apart in the
     *     source: {@code call_java print}
     */
    public TextAssembler intrinsic(String name, Intrinsic intrinsic) {
        intrinsics.put(name, intrinsic);
        return this;
    }

    /** Makes the line that an instruction stands on the {@linkplain Assembler#serves rule} it serves: {@code line 7}. */
    public TextAssembler tellLines() {
        lines = true;
        return this;
    }

    /**
     * Appends the code of a source, or nothing if it has errors.
     *
     * @throws SourceException if it has errors; branches that reach nothing but short distances, such as {@code jrcxz}, are
     *     checked as if the source stood alone
     * @throws EncodingException if something has been said of the next instruction, such as LOCK: the source says it itself
     */
    public void assemble(Source source) {
        target.refuseDecoratedData();
        Map<String, Intrinsic> silent = new LinkedHashMap<>(intrinsics);
        silent.replaceAll((name, intrinsic) -> operands -> {});
        new Reading(source, new Assembler(false), silent, false).finish();
        new Reading(source, target, intrinsics, lines).run();
    }

    /** One reading of one source. */
    private static final class Reading {
        private final Source source;
        private final Assembler assembler;
        private final Map<String, Intrinsic> intrinsics;
        private final boolean lines;
        private final Names names;
        private final Operands operands;
        private final Directives directives;
        private final List<Problem> problems = new ArrayList<>();
        private final List<Token> gaps = new ArrayList<>();
        /** Prefixes that stand as statements of their own, before their instruction. */
        private final List<Token> begun = new ArrayList<>();

        Reading(Source source, Assembler assembler, Map<String, Intrinsic> intrinsics, boolean lines) {
            this.source = source;
            this.assembler = assembler;
            this.intrinsics = intrinsics;
            this.lines = lines;
            this.names = new Names(assembler);
            Expressions expressions = new Expressions(assembler, names);
            this.operands = new Operands(expressions, names);
            this.directives = new Directives(assembler, names, expressions, gaps::add);
        }

        void run() {
            each((words, note) -> note(words), mistake -> {});
            Consumer<Mistake> failed = mistake -> problems.add(mistake.in(source));
            each(this::statement, failed);
            begun.stream().findFirst().ifPresent(prefix -> failed.accept(alone(prefix)));
            if (problems.isEmpty()) {
                names.finish(failed);
            }
            if (!problems.isEmpty()) {
                throw new SourceException(problems);
            }
        }

        CodeBlob finish() {
            run();
            try {
                return assembler.finish(source.title());
            } catch (EncodingException e) {
                gaps.addAll(names.distances);
                Token wrong = gaps.get(e.gap().orElseThrow());
                throw new SourceException(List.of(wrong.mistake(e.getMessage()).in(source)));
            }
        }

        private interface Step {
            void take(Words words, String note);
        }

        private void each(Step step, Consumer<Mistake> failed) {
            Lexer lexer = new Lexer(source);
            while (!lexer.atEnd() && problems.size() < SourceException.MOST_PROBLEMS) {
                try {
                    Lexer.Statement statement = lexer.next();
                    step.take(new Words(statement.tokens()), statement.note());
                } catch (Mistake e) {
                    failed.accept(e);
                }
            }
        }

        // ---- the first reading: what is defined ---------------------------------------------------------------------

        private void note(Words words) {
            while (isLabel(words)) {
                Token label = words.take();
                if (label.isName()) {
                    names.note(label, Names.Sort.LABEL);
                } else {
                    names.noteNumbered(label);
                }
                words.take();
            }
            if (words.peek().isName() && words.second().is("=")) {
                names.note(words.take(), Names.Sort.CONSTANT);
            } else {
                directives.note(words);
            }
        }

        private static boolean isLabel(Words words) {
            Token.Kind kind = words.peek().kind();
            return (kind == Token.Kind.NAME || kind == Token.Kind.NUMBER)
                    && words.second().is(":");
        }

        // ---- the second reading: code -------------------------------------------------------------------------------

        private void statement(Words words, String note) {
            if (!begun.isEmpty() && (isLabel(words) || words.peek().text().startsWith("."))) {
                throw alone(begun.remove(0));
            }
            while (isLabel(words)) {
                names.define(words.take());
                words.take();
            }
            if (words.atEnd()) {
                return;
            }
            Token first = words.peek();
            try {
                if (words.second().is("=")) {
                    directives.define(words, "=");
                } else if (first.isName() && first.text().startsWith(".")) {
                    directives.read(words);
                } else {
                    begun.addAll(words.rest());
                    int prefixes =
                            (int) begun.stream().takeWhile(Reading::isPrefix).count();
                    if (prefixes == begun.size() - 1) {
                        begun.remove(prefixes);
                        return;
                    }
                    List<Token> all = List.copyOf(begun);
                    begun.clear();
                    boolean own = intrinsics.containsKey(all.get(prefixes).word());
                    instruction(new Words(own ? all : Shorthand.spelledOut(all, prefixes)), note);
                }
                words.expectEnd();
            } catch (EncodingException | IllegalArgumentException | ArithmeticException e) {
                throw first.mistake(e.getMessage());
            }
        }

        private static boolean isPrefix(Token word) {
            return word.isName() && (PREFIXES.containsKey(word.word()) || REPEATS.contains(word.word()));
        }

        private static Mistake alone(Token prefix) {
            return prefix.mistake("expected the instruction that " + prefix.shown() + " belongs to behind it");
        }

        private void instruction(Words words, String note) {
            int line = words.peek().line();
            Decoration said = Decoration.NONE;
            List<String> bytes = new ArrayList<>();
            Token start = words.takeName("an instruction, a directive or a label");
            while (PREFIXES.containsKey(start.word())
                    || start.word().equals("fwait") && words.peek().word().startsWith("f")) {
                if (start.word().equals("fwait")) {
                    assembler.emit("fwait"); // x87 instructions take it as a prefix
                } else if (start.word().equals("lock")) {
                    if (!said.equals(Decoration.NONE)) {
                        throw start.mistake("'lock' a second time: once is enough");
                    }
                    said = new Decoration(Decoration.LOCK);
                } else {
                    bytes.add(start.word());
                }
                start = words.takeName("the instruction that " + start.shown() + " belongs to");
            }
            String mnemonic = mnemonic(start, words);
            List<Operands.Read> read = new ArrayList<>();
            Braces braces = new Braces();
            List<Form> forms = TABLE.named(mnemonic);
            while (!words.atEnd() && (read.isEmpty() || words.accept(","))) {
                if (!braces.rounding(words, forms, read.size())) {
                    Operands.Read one = operands.read(words, mnemonic.equals("movabs"));
                    read.add(braces.behind(one, words, forms, read.size()));
                }
            }
            words.expectEnd();
            Shorthand.complete(mnemonic, read);
            boolean segmentable = forms.stream()
                    .anyMatch(form -> form.segmentable() && form.operands().size() == read.size());
            for (int i = 0; i < bytes.size(); i++) {
                if (segmentable && i == bytes.size() - 1 && bytes.get(i).matches("[fg]s")) {
                    said = said.and(Decoration.in(Segment.valueOf(bytes.get(i).toUpperCase(Locale.ROOT))));
                } else {
                    assembler.db(PREFIXES.get(bytes.get(i))); // where it has no meaning, it is a byte all the same
                }
            }
            Intrinsic intrinsic = intrinsics.get(mnemonic);
            if (intrinsic != null) {
                read.stream().filter(Operands.Read::isDistance).findFirst().ifPresent(one -> {
                    throw one.start()
                            .mistake("a distance that only the finished code has: put it into a register by mov first");
                });
                intrinsic.emit(read.stream().map(Operands.Read::operand).toList());
            } else {
                emit(start, mnemonic, read, said.and(braces.said()));
                if (!note.isEmpty()) {
                    assembler.because(note);
                }
            }
            if (lines) {
                assembler.serves("line " + line);
            }
        }

        /** Returns the name that the table, or an intrinsic, has for the next word or two. */
        private String mnemonic(Token start, Words words) {
            String word = start.word();
            String joined = Shorthand.joined(word, words.peek().word());
            if (words.peek().isName() && isKnown(joined)) {
                words.take();
                return joined;
            }
            if (isKnown(word)) {
                return word;
            }
            Set<String> all = new TreeSet<>(TABLE.mnemonics());
            all.addAll(intrinsics.keySet());
            String after = all.stream()
                    .filter(name -> name.startsWith(word + "_"))
                    .map(name -> name.substring(word.length() + 1))
                    .collect(Collectors.joining(", "));
            if (!after.isEmpty()) {
                throw words.peek()
                        .mistake("behind '" + word + "' stands one of: " + after + "; found "
                                + words.peek().shown());
            }
            if (Shorthand.isWithOperands(word)) {
                throw start.mistake(
                        "'" + word + "' works on [rdi], [rsi] and the accumulator alone: write them so, as in movs byte"
                                + " ptr [rdi], byte ptr [rsi], or " + word + "b without");
            }
            String shorter = word.substring(0, word.length() - 1);
            if (word.matches("..+[bwlq]") && isKnown(shorter)) {
                throw start.mistake(
                        "unknown instruction " + start.shown() + ": AT&T syntax has such endings; here it is '"
                                + shorter + "', and the operands tell the size");
            }
            String hint = Spelling.hint(word, all).replace('_', ' ');
            if (hint.isEmpty()) {
                Shorthand.spelledOut(words.rest(), 0); // refuses MASM's statements, where a name stands before the word
                hint = "; comments begin with # or //";
            }
            throw start.mistake("unknown instruction " + start.shown() + hint);
        }

        private boolean isKnown(String name) {
            return intrinsics.containsKey(name) || !TABLE.named(name).isEmpty();
        }

        private void emit(Token start, String mnemonic, List<Operands.Read> read, Decoration said) {
            boolean branch = read.size() == 1 && TABLE.named(mnemonic).stream().anyMatch(Reading::isBranch);
            for (Operands.Read one : read) {
                requireUsable(one, branch);
            }
            assembler.decorate(said);
            try {
                assembler.emit(
                        mnemonic, read.stream().map(Operands.Read::operand).toArray(Operand[]::new));
            } catch (EncodingException e) {
                int wrong = e.operand().orElse(-1);
                throw (wrong < 0 ? start : read.get(wrong).start())
                        .mistake(
                                read.stream().noneMatch(Operands.Read::isDistance)
                                        ? e.getMessage()
                                        : "a distance that only the finished code has takes 32 bits: none fit here");
            }
            if (branch && read.get(0).operand() instanceof Label) {
                gaps.add(start);
            }
            for (Operands.Read one : read) {
                if (one.isDistance()) {
                    boolean whole = mnemonic.equals("movabs");
                    long more = one.value().constant();
                    if (!whole && more != (int) more) {
                        throw one.start().mistake(more + " more than a distance: it must be 32 bits with a sign");
                    }
                    names.endWithDistance(one.start(), whole ? Long.BYTES : Integer.BYTES, one.value());
                }
            }
        }

        private static boolean isBranch(Form form) {
            return form.operands().stream().map(spec -> spec.kind()).anyMatch(OperandKind::isBranch);
        }

        private static void requireUsable(Operands.Read one, boolean branch) {
            if (one.operand() instanceof Label label && !branch) {
                throw one.start()
                        .mistake("a label's address is no operand: write [rip + " + label.name()
                                + "] for what stands there, or lea rax, [rip + " + label.name() + "] for the address");
            }
            if (one.operand() instanceof Immediate && branch) {
                throw one.start()
                        .mistake("a branch goes to a label: code does not know where it will be mapped, so no"
                                + " fixed address can be its target");
            }
        }
    }
}
