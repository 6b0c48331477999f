// SPDX-License-Identifier: Apache-2.0
package io.trapeze.formats.unwind;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.emitter.Relocation;
import io.trapeze.emitter.operand.Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The {@code .eh_frame} section of some blobs: their unwind rules as debuggers and exception handling read them on System V
 * systems (DWARF 5, section 6.4, in the variant of the Linux Standard Base, "Exception Frames").
 *
 * <p>Each function gets an entry with one common part of its own. Functions whose caller was interrupted are marked as
 * signal frames, so that the caller is looked up at the very instruction where it goes on.
 */
public final class EhFrame {
    private static final int RETURN_ADDRESS = 16;
    /** DWARF's numbers of rax, rcx, rdx, rbx, rsp, rbp, rsi and rdi (psABI, figure 3.36); the others are as in machine code. */
    private static final int[] NUMBERS = {0, 2, 1, 3, 7, 6, 4, 5};

    private static final int FIRST_VECTOR = 17;
    /** xmm16, whose numbers came later (psABI, figure 3.36). */
    private static final int SIXTEENTH_VECTOR = 67;
    /** Numbers from here on do not fit into the operation. */
    private static final int LARGE = 64;

    private static final int WORD = -8;
    private static final int PC_RELATIVE_4 = 0x1B;

    private static final int SAME_VALUE = 0x08;
    private static final int DEF_CFA = 0x0C;
    private static final int DEF_CFA_EXPRESSION = 0x0F;
    private static final int EXPRESSION = 0x10;
    private static final int VAL_EXPRESSION = 0x16;
    private static final int OFFSET = 0x80;
    private static final int DEREF = 0x06;
    private static final int BREG0 = 0x70;

    private final DwarfBytes out = new DwarfBytes();
    private final List<Relocation> relocations = new ArrayList<>();

    private EhFrame() {}

    /**
     * Writes the section; it is empty if no generator said who calls its code.
     *
     * @throws UnwindException if the rules of a blob cannot be derived
     */
    public static EhFrame of(CodeBlob... blobs) {
        EhFrame section = new EhFrame();
        for (CodeBlob blob : blobs) {
            UnwindRules.of(blob).ifPresent(section::add);
        }
        return section;
    }

    /** Returns the section of rules that are at hand. */
    public static EhFrame of(UnwindRules rules) {
        EhFrame section = new EhFrame();
        section.add(rules);
        return section;
    }

    /** Returns a copy of the section, without a terminator; relocated places hold 0. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    /** Returns the places that depend on where the code is: for each function its first symbol, relative to the place. */
    public List<Relocation> relocations() {
        return List.copyOf(relocations);
    }

    /**
     * Returns the section for code that is in memory already, with the terminator that {@code __register_frame} expects.
     *
     * @param section the address that the section will have
     * @param symbols the addresses of the functions' symbols
     * @throws IllegalArgumentException if code and section are more than 2 GiB apart, or a symbol is missing
     */
    public byte[] loaded(long section, Map<String, Long> symbols) {
        ByteBuffer loaded = ByteBuffer.allocate(out.size() + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes());
        for (Relocation relocation : relocations) {
            Long address = symbols.get(relocation.symbol());
            if (address == null) {
                throw new IllegalArgumentException(
                        "where is '" + relocation.symbol() + "'? The addresses given are of " + symbols.keySet());
            }
            long distance = address + relocation.addend() - section - relocation.offset();
            if (distance != (int) distance) {
                throw new IllegalArgumentException(
                        "the section at 0x" + Long.toHexString(section) + " is too far from '"
                                + relocation.symbol() + "' at 0x" + Long.toHexString(address)
                                + ": put it within 2 GiB of the code");
            }
            loaded.putInt(relocation.offset(), (int) distance);
        }
        return loaded.array();
    }

    private void add(UnwindRules rules) {
        UnwindRow first = rules.rows().get(0);
        int common = out.size();
        record(0, body -> {
            body.u1(1);
            body.text(rules.interrupted() ? "zRS" : "zR");
            body.unsigned(1);
            body.signed(WORD);
            body.unsigned(RETURN_ADDRESS);
            body.unsigned(1);
            body.u1(PC_RELATIVE_4);
            cfa(body, null, first.cfa());
            register(body, RETURN_ADDRESS, first.pc());
        });
        int start = out.size() + 8;
        String symbol = rules.blob().symbols().entrySet().stream()
                .filter(s -> s.getValue() == 0)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new UnwindException("blob '" + rules.blob().name()
                        + "' has no symbol at its start, which its rules could refer to: define one with symbol()"));
        relocations.add(new Relocation(start, Relocation.Kind.RELATIVE_32, symbol, 0));
        record(start - 4 - common, body -> {
            body.u4(0);
            body.u4(rules.blob().size());
            body.unsigned(0);
            UnwindRow before = first;
            int at = 0;
            for (UnwindRow row : rules.rows()) {
                if (!row.saysTheSameAs(before)) {
                    body.advance(row.offset() - at);
                    at = row.offset();
                    change(body, before, row);
                    before = row;
                }
            }
        });
    }

    private void record(int pointer, Consumer<DwarfBytes> content) {
        DwarfBytes body = new DwarfBytes();
        body.u4(pointer);
        content.accept(body);
        while (body.size() % 8 != 4) {
            body.u1(0);
        }
        out.u4(body.size());
        out.writeBytes(body.toByteArray());
    }

    private static void change(DwarfBytes body, UnwindRow before, UnwindRow row) {
        cfa(body, before.cfa(), row.cfa());
        if (!row.pc().equals(before.pc())) {
            register(body, RETURN_ADDRESS, row.pc());
        }
        row.registers().forEach((register, rule) -> {
            if (!rule.equals(before.registers().get(register))) {
                register(body, number(register), rule);
            }
        });
    }

    private static void cfa(DwarfBytes body, Formula before, Formula cfa) {
        if (cfa.equals(before)) {
            return;
        }
        if (cfa.direct() && cfa.offsets().get(0) >= 0) {
            body.u1(DEF_CFA);
            body.unsigned(number(cfa.register()));
            body.unsigned(cfa.offsets().get(0));
        } else {
            body.u1(DEF_CFA_EXPRESSION);
            body.block(computed(cfa));
        }
    }

    private static void register(DwarfBytes body, int number, Rule rule) {
        if (rule instanceof Rule.Same) {
            body.u1(SAME_VALUE);
            body.unsigned(number);
        } else if (rule instanceof Rule.AtCfa at && at.offset() < 0 && at.offset() % WORD == 0 && number < LARGE) {
            body.u1(OFFSET | number);
            body.unsigned(at.offset() / WORD);
        } else {
            body.u1(rule instanceof Rule.Is ? VAL_EXPRESSION : EXPRESSION);
            body.unsigned(number);
            body.block(
                    rule instanceof Rule.Is is
                            ? computed(is.value())
                            : rule instanceof Rule.At at
                                    ? computed(at.address())
                                    : cfaPlus(((Rule.AtCfa) rule).offset()));
        }
    }

    private static DwarfBytes computed(Formula formula) {
        DwarfBytes operations = new DwarfBytes();
        operations.u1(BREG0 + number(formula.register()));
        operations.signed(formula.offsets().get(0));
        for (int offset : formula.offsets().subList(1, formula.offsets().size())) {
            operations.u1(DEREF);
            operations.plus(offset);
        }
        return operations;
    }

    /** An expression for a register starts with the CFA on its stack. */
    private static DwarfBytes cfaPlus(int offset) {
        DwarfBytes operations = new DwarfBytes();
        operations.plus(offset);
        return operations;
    }

    private static int number(Register register) {
        int number = register.number();
        if (register.registerClass().bits() > 64) {
            return number < 16 ? FIRST_VECTOR + number : SIXTEENTH_VECTOR + number - 16;
        }
        return number < 8 ? NUMBERS[number] : number;
    }
}
