// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import java.util.List;

/** Finds the form for operands that are known only at run time, and emits it. */
final class FormSelector {
    private FormSelector() {}

    static void emit(Encoder encoder, String mnemonic, Operand... operands) {
        List<Form> forms = InstructionTable.shipped().named(mnemonic);
        if (forms.isEmpty()) {
            throw new EncodingException("unknown instruction '" + mnemonic + "'");
        }
        if (operands.length == 1 && operands[0] instanceof Label label) {
            branch(encoder, mnemonic, forms, label);
            return;
        }
        Form form = forms.stream()
                .filter(f -> fits(f, operands))
                .findFirst()
                .orElseThrow(
                        () -> EncodingException.refused(mnemonic, List.of(operands), "no form takes these operands"));
        emit(encoder, form, operands);
    }

    private static void branch(Encoder encoder, String mnemonic, List<Form> forms, Label label) {
        long shortForm = 0;
        long longForm = 0;
        for (Form form : forms) {
            if (form.operands().size() == 1) {
                OperandKind kind = form.operands().get(0).kind();
                shortForm = kind == OperandKind.REL8 ? Descriptor.of(form) : shortForm;
                longForm = kind == OperandKind.REL32 ? Descriptor.of(form) : longForm;
            }
        }
        if ((shortForm | longForm) == 0) {
            throw EncodingException.refused(mnemonic, List.of(label), "this instruction does not branch");
        }
        encoder.branch(shortForm, longForm, label);
    }

    private static boolean fits(Form form, Operand... operands) {
        if (form.operands().size() != operands.length) {
            return false;
        }
        int bits = form.operands().isEmpty() ? 0 : operandBits(form);
        for (int i = 0; i < operands.length; i++) {
            if (!fits(form.operands().get(i).kind(), operands[i], bits)) {
                return false;
            }
        }
        return true;
    }

    private static int operandBits(Form form) {
        OperandKind first = form.operands().get(0).kind();
        return first.allowsMemory()
                ? first.memoryBits()
                : first.register().map(c -> c.bits()).orElse(64);
    }

    private static boolean fits(OperandKind kind, Operand operand, int bits) {
        if (operand instanceof Register register) {
            boolean sameClass =
                    kind.register().filter(c -> c == register.registerClass()).isPresent();
            return sameClass && (!kind.fixed() || kind.notation().equals(register.name()));
        }
        if (operand instanceof Mem mem) {
            return kind.allowsMemory() && (kind == OperandKind.M || kind.memoryBits() == mem.bits());
        }
        if (operand instanceof Immediate immediate) {
            return kind.isImmediate() && Immediates.fits(kind, immediate.value(), bits);
        }
        return false;
    }

    private static void emit(Encoder encoder, Form form, Operand... operands) {
        long d = Descriptor.of(form);
        int reg = 0;
        int v = 0;
        int rm = 0;
        Mem mem = null;
        long value = 0;
        for (int i = 0; i < operands.length; i++) {
            int code = operands[i] instanceof Register register ? register.code() : 0;
            switch (form.field(i)) {
                case 'M' -> {
                    rm = code;
                    mem = operands[i] instanceof Mem m ? m : null;
                }
                case 'R' -> reg = code;
                case 'V' -> v = code;
                case 'O' -> rm = code;
                case 'I' -> value = ((Immediate) operands[i]).value();
                default -> {
                    // a fixed operand is part of the opcode
                }
            }
        }
        boolean immediate = form.opEn().has('I');
        value = form.operands().stream().anyMatch(o -> o.kind() == OperandKind.SIMM8)
                ? Immediates.narrowed(value, operandBits(form))
                : value;
        if (mem != null && immediate) {
            encoder.memory(d, reg, v, mem, value);
        } else if (mem != null) {
            encoder.memory(d, reg, v, mem);
        } else if (form.opEn().has('M') && immediate) {
            encoder.registers(d, reg, v, rm, value);
        } else if (form.opEn().has('M')) {
            encoder.registers(d, reg, v, rm);
        } else if (form.opEn().has('O') && immediate) {
            encoder.opcodeRegister(d, rm, value);
        } else if (form.opEn().has('O')) {
            encoder.opcodeRegister(d, rm);
        } else if (immediate) {
            encoder.immediate(d, value);
        } else {
            encoder.plain(d);
        }
    }
}
