// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The source of {@code Instructions}: one method for each mnemonic and combination of operand types that the table allows. */
final class InstructionsSource {
    private InstructionsSource() {}

    static String text(InstructionTable table) {
        StringBuilder out = new StringBuilder("""
                // SPDX-License-Identifier: Apache-2.0
                // Generated from x86-64.table: change that instead.
                package io.trapeze.emitter;

                import io.trapeze.emitter.isa.Guard;
                import io.trapeze.emitter.operand.Broadcast;
                import io.trapeze.emitter.operand.CReg;
                import io.trapeze.emitter.operand.DReg;
                import io.trapeze.emitter.operand.Immediate;
                import io.trapeze.emitter.operand.KReg;
                import io.trapeze.emitter.operand.Label;
                import io.trapeze.emitter.operand.Mem;
                import io.trapeze.emitter.operand.Mm;
                import io.trapeze.emitter.operand.Reg16;
                import io.trapeze.emitter.operand.Reg32;
                import io.trapeze.emitter.operand.Reg64;
                import io.trapeze.emitter.operand.Reg8;
                import io.trapeze.emitter.operand.Registers;
                import io.trapeze.emitter.operand.SReg;
                import io.trapeze.emitter.operand.St;
                import io.trapeze.emitter.operand.Xmm;
                import io.trapeze.emitter.operand.Ymm;
                import io.trapeze.emitter.operand.Zmm;
                import java.util.List;

                /**
                 * One method for each instruction and combination of operand types; each emits the shortest form that fits.
                 *
                 * <p>Every method throws {@link EncodingException}, and emits nothing, if the operands have no encoding. It returns
                 * the assembler, for a note: {@code a.mov(rsp, rax).because("the switch")}.
                 */
                public abstract class Instructions extends Encoder {
                    Instructions() {}

                    /** Notes why the last instruction is there, for the listing. */
                    public abstract Assembler because(String reason);

                    /** Notes which rule of the ABI description the last instruction serves, such as {@code stack.shadow}. */
                    public abstract Assembler serves(String rule);
                """);
        for (String mnemonic : table.mnemonics()) {
            for (Method method : methods(table, mnemonic)) {
                if (!method.ambiguous()) {
                    method.write(out);
                }
            }
        }
        return out.append("}\n").toString();
    }

    /** Groups the forms of a mnemonic by the operand types a caller writes. */
    private static Iterable<Method> methods(InstructionTable table, String mnemonic) {
        List<Form> forms = table.named(mnemonic);
        Set<List<String>> wide = new LinkedHashSet<>();
        for (Form form : forms) {
            for (Signature signature : Signature.of(form)) {
                if (signature.types().contains("long")) {
                    wide.add(signature.types());
                }
            }
        }
        Map<List<String>, Method> methods = new LinkedHashMap<>();
        for (Form form : forms) {
            for (Signature signature : Signature.of(form)) {
                List<String> widened = signature.types().stream()
                        .map(t -> t.equals("int") ? "long" : t)
                        .toList();
                List<String> types = wide.contains(widened) ? widened : signature.types();
                methods.computeIfAbsent(types, t -> new Method(table, mnemonic, t))
                        .add(new Signature(form, types));
            }
        }
        return methods.values();
    }
}
