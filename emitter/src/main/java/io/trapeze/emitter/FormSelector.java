// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OpEn;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Register;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Finds the form for operands that are known only at run time, and emits it. */
final class FormSelector {
    private FormSelector() {}

    /** Emits an instruction; returns how many bytes its immediate has, 0 if there is not just one. */
    static int emit(Encoder encoder, String mnemonic, Operand... operands) {
        List<Form> forms = InstructionTable.shipped().named(mnemonic);
        if (forms.isEmpty()) {
            throw encoder.refused("unknown instruction '" + mnemonic
                    + "': mnemonics are in lower case, a prefix is joined to its instruction as in rep_movsb");
        }
        if (operands.length == 1 && operands[0] instanceof Label label) {
            branch(encoder, mnemonic, forms, label);
            return 0;
        }
        Optional<Form> form = choose(forms, encoder, operands);
        Operand[] chosen = operands;
        if (form.isEmpty()) {
            SortedMap<Integer, Operand[]> sized = MemorySize.candidates(forms, operands);
            sized.values()
                    .removeIf(candidate -> choose(forms, encoder, candidate).isEmpty());
            chosen = MemorySize.only(sized)
                    .orElseThrow(() -> encoder.refused(
                            mnemonic, List.of(operands), WhyNoForm.of(mnemonic, sized.values(), operands)));
            form = choose(forms, encoder, chosen);
        }
        emit(encoder, form.orElseThrow(), chosen);
        OpEn opEn = form.orElseThrow().opEn();
        return opEn.has('I') && opEn != OpEn.II ? form.orElseThrow().encoding().immediateBytes() : 0;
    }

    private static void branch(Encoder encoder, String mnemonic, List<Form> forms, Label label) {
        long shortForm = branch(forms, OperandKind.REL8);
        long longForm = branch(forms, OperandKind.REL32);
        if ((shortForm | longForm) == 0) {
            throw encoder.refused(mnemonic, List.of(label), "this instruction does not branch");
        }
        encoder.branch(shortForm, longForm, label);
    }

    private static long branch(List<Form> forms, OperandKind kind) {
        return forms.stream()
                .filter(form ->
                        form.operands().stream().map(OperandSpec::kind).toList().equals(List.of(kind)))
                .mapToLong(InstructionTable.shipped()::descriptor)
                .findFirst()
                .orElse(0);
    }

    /** Returns the first form that takes the operands; failing that, the last that refuses with the best reason. */
    private static Optional<Form> choose(List<Form> forms, Encoder encoder, Operand... operands) {
        boolean low = encoder.vexSuffices(codes(operands));
        Form taking = null;
        Form refusing = null;
        int lanes = -1;
        for (Form form : forms) {
            if (typesFit(form, operands)) {
                int own = lanes(form, operands);
                if (lanes >= 0 && lanes != own) {
                    return Optional.empty(); // how many elements one is to become is open
                }
                lanes = own;
                if (guardsHold(form, operands)) {
                    taking = taking == null || !low && !isEvex(taking) && isEvex(form) ? form : taking;
                } else if (form.opEn().has('I')) {
                    refusing = form;
                }
            }
        }
        return Optional.ofNullable(taking != null ? taking : refusing);
    }

    private static boolean isEvex(Form form) {
        return form.encoding().prefixing() == Prefixing.EVEX;
    }

    private static int lanes(Form form, Operand... operands) {
        int lanes = 0;
        for (int i = 0; i < operands.length; i++) {
            lanes += operands[i] instanceof Broadcast ? form.operands().get(i).lanes() : 0;
        }
        return lanes;
    }

    private static boolean typesFit(Form form, Operand... operands) {
        boolean fit = form.operands().size() == operands.length;
        for (int i = 0; fit && i < operands.length; i++) {
            fit = typeFits(form.operands().get(i), operands[i]);
        }
        return fit;
    }

    private static boolean typeFits(OperandSpec spec, Operand operand) {
        OperandKind kind = spec.kind();
        if (operand instanceof Register register) {
            return kind.register().orElse(null) == register.registerClass()
                    && (!kind.fixed() || kind.notation().equals(register.name()));
        }
        if (operand instanceof Broadcast element) {
            return spec.broadcastBits() == element.bits() && (element.lanes() == 0 || element.lanes() == spec.lanes());
        }
        if (operand instanceof Mem mem) {
            return kind.allowsMemory() && (kind == OperandKind.M || kind.memoryBits() == mem.bits());
        }
        return operand instanceof Immediate && kind.isImmediate()
                || operand instanceof Moffs memory && kind.isOffset() && memory.fits(kind.memoryBits());
    }

    private static boolean guardsHold(Form form, Operand... operands) {
        boolean hold = true;
        for (int i = 0; hold && i < operands.length; i++) {
            hold = !(operands[i] instanceof Immediate immediate)
                    || Guard.of(form, i).holds(immediate.value(), form.operandBits());
        }
        return hold;
    }

    private static int codes(Operand... operands) {
        int codes = 0;
        for (Operand operand : operands) {
            codes |= operand instanceof Register register ? register.code() : 0;
        }
        return codes;
    }

    private static void emit(Encoder encoder, Form form, Operand... operands) {
        long d = InstructionTable.shipped().descriptor(form);
        int bits = Descriptor.unusual(d) == 0 ? Descriptor.operandBits(d) : 0;
        int v = 0;
        Mem mem = null;
        Moffs offset = null;
        long value = 0;
        long first = 0;
        for (int i = 0; i < operands.length; i++) {
            Register register = operands[i] instanceof Register r ? r : null;
            switch (form.field(i)) {
                case 'M' -> {
                    mem = operands[i] instanceof Mem m ? m : null;
                    bits |= register != null ? register.rm() : 0;
                }
                case 'R' -> bits |= register.reg();
                case 'V' -> v = register.code();
                case 'O' -> bits |= register.rm();
                case 'I' -> {
                    long given = ((Immediate) operands[i]).value();
                    first = value;
                    value = Guard.of(form, i) == Guard.BYTE && guardsHold(form, operands) ? (byte) given : given;
                }
                case 'D' -> offset = (Moffs) operands[i];
                case 'S' -> value = (long) register.code() << 4;
                default -> {
                    // a fixed operand is part of the opcode
                }
            }
        }
        Optional<Form> reversed = mem == null ? InstructionTable.shipped().reversed(form) : Optional.empty();
        if (reversed.isPresent()) {
            Register destination = (Register) operands[0];
            Register source = (Register) operands[operands.length - 1];
            encoder.eitherWay(
                    d,
                    InstructionTable.shipped().descriptor(reversed.get()),
                    destination.reg() | source.rm(),
                    source.reg() | destination.rm(),
                    v,
                    Guard.isShorterReversed(destination.code(), source.code()));
        } else if (mem != null) {
            encoder.memory(d, bits, v, mem, value);
        } else if (offset != null) {
            encoder.offset(d, offset);
        } else if (form.opEn().has('M')) {
            encoder.registers(d, bits, v, value);
        } else if (form.opEn().has('O')) {
            encoder.opcodeRegister(d, bits, value);
        } else if (form.opEn() == OpEn.II) {
            encoder.immediates(d, first, value);
        } else {
            encoder.immediate(d, value); // 0, and not written, where the form has none
        }
    }
}
