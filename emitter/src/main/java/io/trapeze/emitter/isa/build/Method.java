// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.OperandKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** One method of {@code Instructions}: a mnemonic, operand types, and the forms to choose from in order of preference. */
final class Method {
    private static final Set<String> KEYWORDS = Set.of("int");
    private static final List<String> NAMES = List.of("dst", "src", "src2", "src3");

    private final String mnemonic;
    private final List<String> types;
    private final List<Signature> candidates = new ArrayList<>();

    Method(String mnemonic, List<String> types) {
        this.mnemonic = mnemonic;
        this.types = types;
    }

    void add(Signature candidate) {
        boolean complete = !candidates.isEmpty() && !isBranch() && guard(last()).isEmpty();
        if (!complete) {
            candidates.add(candidate);
        }
    }

    private Signature last() {
        return candidates.get(candidates.size() - 1);
    }

    private boolean isBranch() {
        return types.equals(List.of("Label"));
    }

    void write(StringBuilder out) {
        String doc = candidates.stream()
                .map(c -> "{@code " + manual(c.form()) + " | " + c.form().encodingText() + "}")
                .distinct()
                .collect(Collectors.joining("; "));
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            parameters.add(types.get(i) + " " + name(i));
        }
        out.append("\n    /** ").append(doc).append(". */\n");
        out.append("    public final void ").append(methodName()).append('(');
        out.append(String.join(", ", parameters)).append(") {\n");
        if (isBranch()) {
            out.append("        branch(").append(branchForm(OperandKind.REL8)).append(", ");
            out.append(branchForm(OperandKind.REL32))
                    .append(", ")
                    .append(name(0))
                    .append(");\n");
        } else {
            writeChoice(out);
        }
        out.append("    }\n");
    }

    /** The signature as the manual prints it: the mnemonic in capitals. */
    private static String manual(Form form) {
        String mnemonic = form.mnemonic();
        return mnemonic.toUpperCase(Locale.ROOT).replace('_', ' ')
                + form.signature().substring(mnemonic.length());
    }

    private void writeChoice(StringBuilder out) {
        String separator = "        ";
        for (Signature candidate : candidates) {
            String guard = guard(candidate);
            if (guard.isEmpty()) {
                out.append(separator.endsWith("else ") ? separator + "{\n            " : separator);
                out.append(call(candidate)).append(";\n");
                out.append(separator.endsWith("else ") ? "        }\n" : "");
                return;
            }
            out.append(separator).append("if (").append(guard).append(") {\n");
            out.append("            ").append(call(candidate)).append(";\n        }");
            separator = " else ";
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            names.add(name(i));
        }
        out.append(" else {\n            throw EncodingException.refused(\"")
                .append(mnemonic)
                .append("\", List.of(");
        out.append(String.join(", ", names)).append("), \"no form takes these operands\");\n        }\n");
    }

    private String branchForm(OperandKind kind) {
        return candidates.stream()
                .map(Signature::form)
                .filter(f -> f.operands().get(0).kind() == kind)
                .map(Method::descriptor)
                .findFirst()
                .orElse("0");
    }

    private static String descriptor(Form form) {
        return "0x" + Long.toHexString(Descriptor.of(form)) + "L";
    }

    private String methodName() {
        StringBuilder name = new StringBuilder();
        for (String part : mnemonic.split("_")) {
            name.append(name.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return KEYWORDS.contains(mnemonic) ? name + "_" : name.toString();
    }

    private String name(int index) {
        return switch (types.get(index)) {
            case "int", "long" -> "value";
            case "Label" -> "target";
            default -> types.size() == 1 ? "operand" : NAMES.get(index);
        };
    }

    /** Returns the condition under which a form takes the operands; empty if it always does (or refuses by itself). */
    private String guard(Signature candidate) {
        Form form = candidate.form();
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            OperandKind kind = form.operands().get(i).kind();
            if (kind == OperandKind.ONE) {
                conditions.add(name(i) + " == 1");
            } else if (kind.fixed()) {
                conditions.add(name(i) + " == Registers." + kind.notation());
            } else if (kind == OperandKind.SIMM8) {
                conditions.add(
                        (operandBits(form) == 16 ? "Immediates.isByte16(" : "Immediates.isByte(") + name(i) + ")");
            } else if (kind.isImmediate()
                    && kind != OperandKind.IMM64
                    && types.get(i).equals("long")) {
                conditions.add("Immediates.isInt(" + name(i) + ")");
            }
        }
        return String.join(" && ", conditions);
    }

    private static int operandBits(Form form) {
        OperandKind first = form.operands().get(0).kind();
        return first.allowsMemory()
                ? first.memoryBits()
                : first.register().map(c -> c.bits()).orElse(64);
    }

    private String call(Signature candidate) {
        Form form = candidate.form();
        String reg = "0";
        String v = "0";
        String rm = "0";
        String value = "";
        boolean memory = false;
        for (int i = 0; i < types.size(); i++) {
            String code = name(i) + ".code()";
            switch (form.field(i)) {
                case 'M' -> {
                    memory = candidate.isMemory(i);
                    rm = memory ? name(i) : code;
                }
                case 'R' -> reg = code;
                case 'V' -> v = code;
                case 'O' -> rm = code;
                case 'I' -> value = narrowed(form, form.operands().get(i).kind(), name(i));
                default -> {
                    // a fixed operand is part of the opcode
                }
            }
        }
        List<String> arguments = new ArrayList<>(List.of(descriptor(form)));
        String method;
        if (form.opEn().has('M')) {
            method = memory ? "memory" : "registers";
            arguments.addAll(List.of(reg, v, rm));
        } else if (form.opEn().has('O')) {
            method = "opcodeRegister";
            arguments.add(rm);
        } else {
            method = value.isEmpty() ? "plain" : "immediate";
        }
        if (!value.isEmpty()) {
            arguments.add(value);
        }
        return method + "(" + String.join(", ", arguments) + ")";
    }

    private static String narrowed(Form form, OperandKind kind, String name) {
        return kind == OperandKind.SIMM8 && operandBits(form) == 16 ? "(byte) " + name : name;
    }
}
