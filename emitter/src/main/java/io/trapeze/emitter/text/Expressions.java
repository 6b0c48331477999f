// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads expressions: numbers, characters, names, registers, {@code + - * / % << >> & | ^ ~} and parentheses. */
final class Expressions {
    /** A place by its number, behind or ahead: {@code 1b}, {@code 1f}. */
    private static final Pattern NUMBERED = Pattern.compile("[0-9]+[bf]");

    private static final int DEEPEST = 100;
    private static final int MOST_PARTS = 4;

    /** How tightly the operators bind in C. */
    private static final Map<String, Integer> BINDING =
            Map.of("|", 1, "^", 2, "&", 3, "<<", 4, ">>", 4, "+", 5, "-", 5, "*", 6, "/", 6, "%", 6);

    private static final int SUM = 5;

    /** A value and how tightly the operator binds that made it; 9 if none did, or it stands in parentheses. */
    private record Part(Value value, int binding) {}

    private final Assembler assembler;
    private final Names names;
    private int depth;

    Expressions(Assembler assembler, Names names) {
        this.assembler = assembler;
        this.names = names;
    }

    Value read(Words words) {
        depth = 0;
        return binary(words, 1).value();
    }

    /** Reads an expression that has to be a number now. */
    long number(Words words, String what) {
        Token start = words.peek();
        Value value = read(words);
        if (!value.isConstant()) {
            throw start.mistake(what + " must be a number that is known here, without registers and labels that"
                    + " stand further down or behind branches");
        }
        return value.constant();
    }

    private Part binary(Words words, int loosest) {
        Part left = unary(words);
        Integer binding = binding(words.peek());
        while (binding != null && binding >= loosest) {
            Token sign = words.take();
            Part right = binary(words, binding + 1);
            requireClear(sign, binding, left.binding(), right.binding());
            left = new Part(combine(sign, left.value(), right.value()), binding);
            binding = binding(words.peek());
        }
        return left;
    }

    private static Integer binding(Token token) {
        return token.kind() == Token.Kind.SIGN ? BINDING.get(token.text()) : null;
    }

    /** Refuses what C and llvm-mc read one way and GNU as, where shifts are products and sums bind loosest, another way. */
    private static void requireClear(Token sign, int binding, int left, int right) {
        boolean sumInside = binding < SUM && (left == SUM || right == SUM);
        boolean productShifted = binding == 4 && right == 6;
        boolean bitsMixed = binding < 3 && right <= 3;
        if (sumInside || productShifted || bitsMixed) {
            throw sign.mistake("assemblers differ in what " + sign.shown()
                    + " takes first here: put parentheses around the part that is meant");
        }
    }

    private Value combine(Token sign, Value left, Value right) {
        switch (sign.text()) {
            case "+", "-":
                return folded(sign, left.plus(sign.is("-") ? right.times(-1) : right));
            case "*":
                if (left.isConstant() || right.isConstant()) {
                    Value other = left.isConstant() ? right : left;
                    long factor = left.isConstant() ? left.constant() : right.constant();
                    if (other.plus().isEmpty() && other.minus().isEmpty() || factor == 1) {
                        return other.times(factor);
                    }
                }
                throw sign.mistake("only numbers can be multiplied, and a register by a number");
            default:
                return Value.of(combine(sign, constant(sign, left), constant(sign, right)));
        }
    }

    private static long constant(Token sign, Value value) {
        if (!value.isConstant()) {
            throw sign.mistake(sign.shown() + " takes numbers that are known here");
        }
        return value.constant();
    }

    private static long combine(Token sign, long left, long right) {
        boolean shift = sign.is("<<") || sign.is(">>");
        if (shift && (right < 0 || right > 63)) {
            throw sign.mistake("a shift by " + right + " bits: it must be 0 to 63");
        }
        if (sign.is(">>") && left < 0) {
            throw sign.mistake("assemblers differ in how a negative number is shifted right: mask it first");
        }
        if (right == 0 && (sign.is("/") || sign.is("%"))) {
            throw sign.mistake("division by zero");
        }
        return switch (sign.text()) {
            case "/" -> left / right;
            case "%" -> left % right;
            case "<<" -> left << right;
            case ">>" -> left >> right;
            case "&" -> left & right;
            case "|" -> left | right;
            default -> left ^ right;
        };
    }

    /** Turns the distance between two labels into a number where it is one already. */
    private Value folded(Token sign, Value sum) {
        if (sum.plus().size() + sum.minus().size() + sum.terms().size() > MOST_PARTS) {
            throw sign.mistake("too many labels and registers in one expression");
        }
        if (sum.isDistance()) {
            OptionalInt distance =
                    assembler.distance(sum.minus().get(0), sum.plus().get(0));
            if (distance.isPresent()) {
                return Value.of(sum.constant() + distance.getAsInt());
            }
        }
        return sum;
    }

    private Part unary(Words words) {
        Token token = words.take();
        depth++;
        if (depth > DEEPEST) {
            throw token.mistake("an expression nested deeper than " + DEEPEST + " levels: give its parts names");
        }
        Value value;
        if (token.is("(")) {
            value = binary(words, 1).value();
            words.expect(")", "behind the expression that '(' opens");
        } else if (token.is("-")) {
            value = unary(words).value().times(-1);
        } else if (token.is("+")) {
            value = unary(words).value();
        } else if (token.is("~")) {
            value = Value.of(~constant(token, unary(words).value()));
        } else {
            value = primary(token, words);
        }
        depth--;
        return new Part(value, 9);
    }

    private Value primary(Token token, Words words) {
        if (token.is("$")) {
            return Value.of(assembler.here());
        }
        return switch (token.kind()) {
            case CHARACTER -> Value.of(token.text().charAt(0));
            case NUMBER -> number(token);
            case NAME -> name(token, words);
            default -> throw token.mistake("expected a number, name or register, found " + token.shown());
        };
    }

    private Value name(Token token, Words words) {
        if (token.text().equals(".")) {
            return Value.of(assembler.here());
        }
        String word = token.word();
        if (word.equals("offset")) {
            throw token.mistake("code does not know where it will be mapped, so a label has no fixed address:"
                    + " write lea rax, [rip + label]");
        }
        if (word.equals("st") && words.peek().is("(")) {
            words.take();
            word = "st(" + words.take().text() + ")";
            words.expect(")", "behind the number of an x87 register");
        }
        Optional<Register> register = Registers.named(word);
        return word.equals("rip") || register.isPresent() ? Value.of(register.orElse(null)) : names.value(token);
    }

    private Value number(Token token) {
        String text = token.word();
        try {
            if (NUMBERED.matcher(text).matches()) {
                return names.numbered(token);
            }
            int radix = text.startsWith("0x") ? 16 : text.startsWith("0b") ? 2 : text.matches("0.+") ? 8 : 10;
            return Value.of(Long.parseUnsignedLong(text.replaceFirst("^0[xb]", ""), radix));
        } catch (NumberFormatException e) {
            throw token.mistake(
                    token.shown() + " is no number of at most 64 bits: write 255, 0xff, 0377 or 0b11111111");
        }
    }
}
