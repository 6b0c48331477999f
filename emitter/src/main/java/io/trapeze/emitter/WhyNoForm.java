// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.isa.RegisterClass;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Mem;
import io.trapeze.emitter.operand.Moffs;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Reg8;
import io.trapeze.emitter.operand.Register;
import io.trapeze.emitter.operand.Registers;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Says why an instruction has no form for its operands, and what to write. */
final class WhyNoForm {
    private static final String NO_FORM = "no form takes these operands";

    private WhyNoForm() {}

    /**
     * Returns the reason.
     *
     * @param sized the operands with each size of memory that would be possible
     */
    static String of(String mnemonic, Collection<Operand[]> sized, Operand... operands) {
        if (Arrays.stream(operands).filter(Mem.class::isInstance).count() > 1) {
            return "no form takes two operands in memory: load one into a register first";
        }
        for (Operand operand : operands) {
            if (operand instanceof Broadcast element) {
                return broadcast(mnemonic, element);
            }
            if (operand instanceof Moffs memory) {
                return "an address of 64 bits goes with mov alone, and with al, ax, eax and rax, as wide as these: put it into a"
                        + " register, as in mov rcx, 0x" + Long.toHexString(memory.offset()) + ", and write [rcx]";
            }
        }
        if (!sized.isEmpty()) {
            return "say how wide the memory is: "
                    + sized.stream()
                            .flatMap(Arrays::stream)
                            .filter(Mem.class::isInstance)
                            .map(Operand::toString)
                            .collect(Collectors.joining(" or "));
        }
        return NearestForms.nearest(mnemonic, List.of(operands))
                .filter(form -> form.operands().size() == operands.length)
                .flatMap(form -> wrongSize(form, operands))
                .map(reason -> NO_FORM + reason)
                .orElse(NO_FORM);
    }

    private static String broadcast(String mnemonic, Broadcast element) {
        Set<String> legal = InstructionTable.shipped().named(mnemonic).stream()
                .flatMap(form -> form.operands().stream())
                .filter(spec -> spec.lanes() > 0)
                .map(spec -> Broadcast.of(spec.broadcastBits(), element.address(), spec.lanes())
                        .toString())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return legal.isEmpty()
                ? "it broadcasts no element: give it the whole vector in memory"
                : NO_FORM + ": legal elements are " + String.join(", ", legal)
                        + ", as many as the vector has; where it does not tell, x or y at the end of the name does";
    }

    private static Optional<String> wrongSize(Form form, Operand... operands) {
        for (int i = 0; i < operands.length; i++) {
            Optional<RegisterClass> wanted = form.operands().get(i).kind().register();
            if (operands[i] instanceof Register register
                    && wanted.isPresent()
                    && wanted.get().general()) {
                RegisterClass own = register.registerClass();
                boolean low = (register.code() & Reg8.FORBIDS_REX) == 0;
                if (own != wanted.get() && own.general() && low) {
                    return Optional.of(
                            wrongSize(form, register, form.operands().get(i).kind()));
                }
            }
        }
        return Optional.empty();
    }

    private static String wrongSize(Form form, Register register, OperandKind kind) {
        RegisterClass wanted = kind.register().orElseThrow();
        if (form.mnemonic().equals("movzx") && register.registerClass() == RegisterClass.GP32) {
            return ": writing a 32-bit register clears the upper half of the 64-bit one already, so a mov to the 32-bit"
                    + " register does it";
        }
        return ": " + register + " has " + register.registerClass().bits() + " bits where '" + form.signature()
                + "' takes " + wanted.bits() + ": write "
                + (kind.fixed() ? kind.notation() : Registers.of(wanted, register.number()));
    }
}
