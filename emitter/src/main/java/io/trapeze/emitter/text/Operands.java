// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.encoding.OperandBits;
import io.trapeze.emitter.operand.Address;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.IndexReg;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg64;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import io.trapeze.emitter.operand.Segment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads operands: registers, numbers, places to branch to, and memory in all its spellings. */
final class Operands {
    /** An immediate that is the distance between two labels and known only when the code is laid out. */
    static final long DISTANCE = Integer.MAX_VALUE;

    /** From eight bits on, each twice as wide as the one before. */
    private static final List<String> SIZES =
            List.of("byte", "word", "dword", "qword", "xmmword", "ymmword", "zmmword");

    private static final Map<String, Integer> OTHER_SIZES =
            Map.of("fword", 48, "mmword", 64, "tbyte", 80, "oword", 128);

    private static final Pattern AT_AND_T = Pattern.compile("[A-Za-z][A-Za-z0-9]*");

    /**
     * An operand and where it stands.
     *
     * @param operand the operand; for a distance not known yet the immediate {@link #DISTANCE}
     * @param start its first word
     * @param value what its expression came to
     */
    record Read(Operand operand, Token start, Value value) {
        /** Whether it is an immediate that the layout decides. */
        boolean isDistance() {
            return operand instanceof Immediate && value.isDistance();
        }
    }

    private final Expressions expressions;
    private final Names names;

    Operands(Expressions expressions, Names names) {
        this.expressions = expressions;
        this.names = names;
    }

    /**
     * Reads one operand.
     *
     * @param whole whether an address that is a number stands in the instruction with all of its bits, as {@code movabs} says
     */
    Read read(Words words, boolean whole) {
        Token start = words.peek();
        if (start.word().equals("short") && words.second().text().matches("[\\w.]+")) {
            words.take(); // branches are as short as they can be
        }
        refuseAtAndT(words);
        if (words.peek().is("[") && bits(words.second()) > 0) {
            words.take(); // gcc puts the operands of indirect branches into brackets of their own
            Read inside = read(words, whole);
            words.expect("]", "behind the operand that '[' opens");
            return inside;
        }
        int bits = size(words);
        boolean broadcast = bits > 0 && words.before().word().equals("bcst");
        Optional<Segment> segment = segment(words);
        Value value = words.peek().is("[") ? Value.of(0) : expressions.read(words);
        boolean brackets = false;
        while (words.accept("[")) {
            refuseSegmentInside(words);
            value = value.plus(expressions.read(words));
            words.expect("]", "behind the address that '[' opens");
            brackets = true;
        }
        if (!brackets && bits == 0 && segment.isEmpty()) {
            return new Read(plain(start, value), start, value);
        }
        if (!brackets && (segment.isEmpty() || !value.isConstant())) {
            throw start.mistake("a size or segment stands before memory in brackets, as in qword ptr [rdi];"
                    + " before a number alone, assemblers differ in what a size means");
        }
        if (value.isConstant() && (whole || value.constant() != (int) value.constant())) {
            return new Read(new Moffs(value.constant(), segment.orElse(Segment.NONE), bits), start, value);
        }
        Address address = address(start, value).in(segment.orElse(Segment.NONE));
        return new Read(broadcast ? Broadcast.of(bits, address, 0) : Mem.of(bits, address), start, value);
    }

    private static void refuseAtAndT(Words words) {
        Token sign = words.peek();
        Token next = words.second();
        boolean register = sign.is("%") && AT_AND_T.matcher(next.text()).matches();
        boolean number =
                sign.is("$") && sign.touches(next) && next.kind() != Token.Kind.SIGN && next.kind() != Token.Kind.END;
        if (register || number) {
            throw sign.mistake("this is AT&T syntax; here it is Intel's: the destination first, no " + sign.shown()
                    + " before a " + (register ? "register" : "number") + ", as in mov rax, 1");
        }
    }

    /** Returns the bits of memory that a word stands for; 0 if it is none of these words. */
    private static int bits(Token token) {
        String word = token.isName() ? token.word() : "";
        return SIZES.contains(word) ? 8 << SIZES.indexOf(word) : OTHER_SIZES.getOrDefault(word, 0);
    }

    private static int size(Words words) {
        Token token = words.peek();
        int bits = bits(token);
        if (bits > 0) {
            words.take();
            if (!words.take().word().matches("ptr|bcst")) {
                throw token.mistake("write " + token.word() + " ptr [...]: without ptr, GNU as takes " + token.shown()
                        + " for a number");
            }
        }
        return bits;
    }

    private static Optional<Segment> segment(Words words) {
        if (!words.peek().word().matches("[c-gs]s") || !words.second().is(":")) {
            return Optional.empty();
        }
        Token name = words.take();
        words.take();
        return Optional.of(
                switch (name.word()) {
                    case "fs" -> Segment.FS;
                    case "gs" -> Segment.GS;
                    case "ds" -> Segment.NONE; // as objdump writes absolute addresses
                    default ->
                        throw name.mistake("only fs: and gs: matter in 64-bit mode: leave " + name.shown()
                                + " out, or write cs, es or ss before the instruction to have the byte");
                });
    }

    private static void refuseSegmentInside(Words words) {
        if (words.second().is(":")) {
            throw words.peek().mistake("a segment stands before the bracket, as in fs:[rax]");
        }
    }

    private Operand plain(Token start, Value value) {
        if (value.isConstant()) {
            return new Immediate(value.constant());
        }
        if (value.isRegister()) {
            Register register = value.terms().get(0).register();
            if (register == null) {
                throw start.mistake("rip is no operand by itself: call or lea tells where the code is");
            }
            return register;
        }
        if (value.isDistance()) {
            return new Immediate(DISTANCE);
        }
        if (!value.isPlace()) {
            throw start.mistake("this is neither a number nor a register nor a place; memory stands in brackets");
        }
        Label label = value.plus().get(0);
        return value.constant() == 0 ? label : away(start, label, value.constant());
    }

    private Label away(Token start, Label label, long bytes) {
        if (label.external() || bytes != (int) bytes) {
            throw start.mistake("a branch goes to a label itself, if that is elsewhere: write " + label.name());
        }
        return names.beyond(start, label, (int) bytes);
    }

    // ---- addresses --------------------------------------------------------------------------------------------------

    private static Address address(Token start, Value value) {
        if (!value.minus().isEmpty() || value.plus().size() > 1) {
            throw start.mistake("a distance that only the finished code has cannot be part of an address");
        }
        if (value.constant() != (int) value.constant()) {
            throw start.mistake("displacement 0x" + Long.toHexString(value.constant())
                    + " does not fit: an address takes -0x80000000 to 0x7fffffff; load it into a register");
        }
        int displacement = (int) value.constant();
        boolean rip = value.terms().stream().anyMatch(t -> t.register() == null);
        if (rip && value.terms().size() > 1) {
            throw start.mistake("rip stands with no other register: lea the label's address first, then index from it");
        }
        if (!value.plus().isEmpty()) {
            Label label = value.plus().get(0);
            if (!rip) {
                throw start.mistake("code does not know where it will be mapped: write [rip + " + label.name()
                        + "], or lea that address into a register first");
            }
            return Address.rip(label).plus(displacement);
        }
        return rip ? Address.rip(displacement) : new Parts(start, value).address(displacement);
    }

    /** Base and index of an address, told apart. */
    private static final class Parts {
        private final Token start;
        private Value.Term base;
        private Value.Term index;

        Parts(Token start, Value value) {
            this.start = start;
            for (Value.Term term : value.terms()) {
                add(term);
            }
            if (index != null && index.register() == Registers.rsp && base != null && !index.scaled()) {
                Value.Term swapped = base;
                base = index;
                index = swapped;
            }
        }

        private void add(Value.Term term) {
            if (!(term.register() instanceof Reg64)) {
                throw start.mistake("an address is made of 64-bit registers, and "
                        + term.register().name() + " is none" + wide(term.register()));
            }
            if (base == null && !term.scaled()) {
                base = term;
            } else if (index == null) {
                index = term;
            } else {
                throw start.mistake("an address has at most two registers, [base + index*scale + displacement]: add "
                        + term.register().name() + " to another register first");
            }
        }

        private static String wide(Register register) {
            return register.registerClass().general()
                    ? ": write " + Registers.gp64(register.number()).name()
                    : "";
        }

        Address address(int displacement) {
            int bits = base == null
                    ? OperandBits.ABSOLUTE
                    : OperandBits.base(base.register().number());
            if (index == null) {
                return new Address(OperandBits.displaced(bits, displacement), displacement, null);
            }
            if (!(index.register() instanceof IndexReg)) {
                throw start.mistake("rsp cannot be an index: its number there means that there is none; make it the"
                        + " base, or copy it to another register");
            }
            int scale = Long.numberOfTrailingZeros(index.factor());
            if (Long.bitCount(index.factor()) != 1 || scale > 3) {
                String name = index.register().name();
                throw start.mistake(
                        index.factor() < 0
                                ? name + " cannot be subtracted in an address: negate it in a register first"
                                : "a register is multiplied by 1, 2, 4 or 8 in an address, not by " + index.factor()
                                        + ": scale " + name + " in a register first");
            }
            bits = OperandBits.withIndex(bits, index.register().number(), scale);
            return new Address(OperandBits.displaced(bits, displacement), displacement, null);
        }
    }
}
