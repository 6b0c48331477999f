// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.OperandSpec;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Immediate;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The legal forms of a mnemonic that are most like what was asked for. */
final class NearestForms {
    private static final int SHOWN = 4;
    /** More than any operand can be off, so that the number of operands counts first. */
    private static final int OPERAND_MISSING = 100;

    private NearestForms() {}

    /** Returns the end of an error message; empty if the mnemonic is unknown. */
    static String of(String mnemonic, List<? extends Operand> operands) {
        List<String> forms =
                ranked(mnemonic, operands).map(Form::signature).distinct().toList();
        return forms.isEmpty()
                ? ""
                : ". Nearest legal forms: " + forms.stream().limit(SHOWN).collect(Collectors.joining("; "))
                        + (forms.size() > SHOWN ? "; … (" + forms.size() + " in all)" : "");
    }

    /** Returns the form that is most like what was asked for; empty if the mnemonic is unknown. */
    static Optional<Form> nearest(String mnemonic, List<? extends Operand> operands) {
        return ranked(mnemonic, operands).findFirst();
    }

    private static Stream<Form> ranked(String mnemonic, List<? extends Operand> operands) {
        return InstructionTable.shipped().named(mnemonic).stream()
                .sorted(Comparator.comparingInt(form -> distance(form, operands)));
    }

    /** Returns the operand that keeps the nearest form from taking them; if all fit by type, the one that is limited most. */
    static OptionalInt wrongOperand(String mnemonic, List<? extends Operand> operands) {
        Optional<Form> form =
                nearest(mnemonic, operands).filter(f -> f.operands().size() == operands.size());
        for (int i = 0; form.isPresent() && i < operands.size(); i++) {
            if (distance(form.get().operands().get(i), operands.get(i)) > 0) {
                return OptionalInt.of(i);
            }
        }
        return form.isEmpty()
                ? OptionalInt.empty()
                : IntStream.range(0, operands.size())
                        .filter(i -> isLimited(operands.get(i)))
                        .findFirst();
    }

    private static boolean isLimited(Operand operand) {
        return operand instanceof Immediate
                || operand instanceof Register r && (!Guard.isLow(r.code()) || (r.code() & Reg8.FORBIDS_REX) != 0);
    }

    private static int distance(Form form, List<? extends Operand> operands) {
        int shared = Math.min(form.operands().size(), operands.size());
        int distance = OPERAND_MISSING * Math.abs(form.operands().size() - operands.size());
        for (int i = 0; i < shared; i++) {
            distance += distance(form.operands().get(i), operands.get(i));
        }
        return distance;
    }

    /** Returns 0 if the operand fits, 1 to 9 if its size or value does not, more if it is of another sort. */
    private static int distance(OperandSpec spec, Operand operand) {
        OperandKind kind = spec.kind();
        if (operand instanceof Broadcast element) {
            return spec.broadcastBits() == 0 ? 4 : spec.broadcastBits() == element.bits() ? 0 : 2;
        }
        if (operand instanceof Register register) {
            RegisterClass own = register.registerClass();
            if (kind.register().isEmpty()) {
                return 20;
            }
            RegisterClass wanted = kind.register().get();
            boolean sameSort = wanted.vector() && own.vector() || wanted.general() && own.general();
            int wrongOne = kind.fixed() && !kind.notation().equals(register.name()) ? 1 : 0;
            return wrongOne + (wanted == own ? 0 : sameSort ? 3 : 10);
        }
        if (operand instanceof Mem mem) {
            return !kind.allowsMemory() ? 20 : kind.memoryBits() == 0 || kind.memoryBits() == mem.bits() ? 0 : 2;
        }
        if (operand instanceof Immediate) {
            return !kind.isImmediate() ? 20 : kind.fixed() ? 2 : 0;
        }
        boolean fits = operand instanceof Label ? kind.isBranch() : kind.isOffset();
        return fits ? 0 : 20;
    }
}
