// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.decode.FormDecoder;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.text.Token.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Instructions written otherwise than the table names them: by another name, or without an operand that can be one thing only. */
final class Shorthand {
    /** Operands that may be left out: the shift by one, the mask of a blend, the top of the x87 stack. */
    private static final Set<OperandKind> UNSAID = Set.of(OperandKind.ONE, OperandKind.XMM0, OperandKind.ST0);

    /** A row of {@code shorthand.txt}: what is written, beginning with a name, and what it means. */
    private record Rule(Pattern written, String means) {}

    private static final List<Rule> RULES = read();

    /** The names of rules for whole instructions, which are for names that the table has, too; most instructions have none. */
    private static final Pattern WHOLE = Pattern.compile(RULES.stream()
            .map(rule -> rule.written().pattern())
            .filter(pattern -> pattern.contains(" "))
            .map(pattern -> pattern.substring(0, pattern.indexOf(' ')))
            .distinct()
            .collect(Collectors.joining("|")));

    private Shorthand() {}

    private static List<Rule> read() {
        try (InputStream in = Shorthand.class.getResourceAsStream("shorthand.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(row -> !row.isEmpty() && !row.startsWith("#"))
                    .map(row -> row.split(" += ", 2))
                    .map(row -> new Rule(Pattern.compile(row[0]), row[1]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read shorthand.txt of the emitter's jar", e);
        }
    }

    /**
     * Returns the words of an instruction as the table names it.
     *
     * @param words its words, the last of them the end
     * @param at where its name is, behind the prefixes
     */
    static List<Token> spelledOut(List<Token> words, int at) {
        Token name = words.get(at);
        String word = name.word();
        boolean known = !InstructionTable.shipped().named(word).isEmpty();
        if (known && !WHOLE.matcher(word).matches()) {
            return words;
        }
        String all = words.stream().skip(at + 1).map(Token::word).collect(Collectors.joining("", word + " ", ""));
        for (Rule rule : RULES) {
            boolean whole = rule.written().pattern().contains(" ");
            Matcher matcher = rule.written().matcher(whole ? all : word);
            if ((whole || !known) && matcher.matches()) {
                List<Token> result = new ArrayList<>(words);
                boolean kept = !whole || rule.means().contains(" *");
                result.subList(at, kept ? at + 1 : words.size() - 1).clear();
                String means =
                        matcher.replaceAll(rule.means().replace(" *", "")).strip();
                if (means.startsWith("!")) {
                    throw name.mistake(means.substring(1));
                }
                String[] meant = means.split(", ", 2);
                String[] names = meant[0].split(" ");
                for (int i = 0; i < names.length; i++) {
                    result.add(i < names.length - 1 ? i : at + i, name.as(Kind.NAME, names[i]));
                }
                if (meant.length > 1) {
                    String more = (result.size() == at + names.length + 1 ? "" : ",") + meant[1];
                    List<Token> tokens = new Lexer(Source.of(more)).next().tokens();
                    for (Token token : tokens.subList(0, tokens.size() - 1)) {
                        result.add(result.size() - 1, name.as(token.kind(), token.text()));
                    }
                }
                return result;
            }
        }
        return words;
    }

    /** Returns the table's name for two words, of which the first may be a prefix that the table calls otherwise. */
    static String joined(String first, String second) {
        String name = first + "_" + second;
        List<Rule> rules = first.startsWith("rep") ? RULES : List.of();
        return rules.stream()
                .filter(rule -> rule.written().matcher(name).matches())
                .map(rule -> rule.written().matcher(name).replaceFirst(rule.means()))
                .findFirst()
                .orElse(name);
    }

    /** Whether the word is an instruction only with the operands that a rule has. */
    static boolean isWithOperands(String word) {
        return WHOLE.matcher(word).matches();
    }

    /** Adds the operand that was left out, if one was. */
    static void complete(String mnemonic, List<Operands.Read> operands) {
        if (operands.isEmpty() || mnemonic.startsWith("fcmov")) {
            return; // assemblers want both operands of a conditional move
        }
        int count = operands.size();
        Operand last = operands.get(count - 1).operand();
        List<Form> forms = InstructionTable.shipped().named(mnemonic);
        boolean complete = forms.stream()
                .filter(form -> form.operands().size() == count)
                .map(form -> form.operands().get(count - 1).kind().register().isPresent())
                .anyMatch(takesRegister -> takesRegister == last instanceof Register);
        if (mnemonic.equals("imul") && count == 2 && last instanceof Immediate) {
            operands.add(0, operands.get(0)); // the register is multiplied
        }
        for (Form form : forms) {
            for (int i = 0; i <= count && !complete && form.operands().size() == count + 1; i++) {
                OperandKind kind = form.operands().get(i).kind();
                if (UNSAID.contains(kind)) {
                    Token start = operands.get(0).start();
                    operands.add(i, new Operands.Read(FormDecoder.fixed(kind), start, Value.of(0)));
                    return;
                }
            }
        }
    }
}
