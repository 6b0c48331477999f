// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.Encoding.Prefixing;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Guard;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OpEn;
import io.trapeze.emitter.isa.OperandKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One method of {@code Instructions}, of a class beside it, or of two: a mnemonic, operand types, and the forms to choose from in order of preference. */
final class Method {
    private static final Set<String> KEYWORDS = Set.of("int");
    private static final List<String> NAMES = List.of("dst", "src", "src2", "src3");

    private final InstructionTable table;
    private final String mnemonic;
    private final List<String> types;
    private final List<Signature> candidates = new ArrayList<>();
    private boolean ambiguous;
    /** What stands before a call of the encoder's. */
    private String receiver = "";

    Method(InstructionTable table, String mnemonic, List<String> types) {
        this.table = table;
        this.mnemonic = mnemonic;
        this.types = types;
    }

    /** Adds a form after those that are preferred to it, unless one of them takes whatever it would take. */
    void add(Signature candidate) {
        ambiguous = !candidates.isEmpty() && types.stream().anyMatch(t -> t.startsWith("Broadcast"));
        if (candidates.isEmpty() || isBranch() || !valueGuard(last()).isEmpty() || reachesFurther(candidate)) {
            candidates.add(candidate);
        }
    }

    /** Whether a broadcast element does not tell how many it becomes: other names of the instruction do. */
    boolean ambiguous() {
        return ambiguous;
    }

    /** Whether no processor without AVX-512 has any of the forms. */
    boolean needsAvx512() {
        return types.contains("KReg") || candidates.stream().allMatch(Method::isEvex);
    }

    /** Whether a processor with AVX-512 has forms that others have not. */
    boolean isAvx512() {
        return needsAvx512() || candidates.stream().anyMatch(Method::isEvex);
    }

    private static boolean isEvex(Signature candidate) {
        return candidate.form().encoding().prefixing() == Prefixing.EVEX;
    }

    private Signature last() {
        return candidates.get(candidates.size() - 1);
    }

    /** Whether a form takes the upper vector registers, and the one before does not. */
    private boolean reachesFurther(Signature candidate) {
        return isEvex(candidate) && !isEvex(last()) && !vectors().isEmpty();
    }

    private boolean isBranch() {
        return types.equals(List.of("Label"));
    }

    /** Returns the method of the encoder's own class. */
    String instruction() {
        receiver = "";
        return text("public final Instructions", "this");
    }

    /** Returns the first form's line in the table. */
    int line() {
        return candidates.get(0).form().line();
    }

    /** Returns the method of a class beside the encoder's. */
    String beside() {
        receiver = "assembler.";
        return text("public Instructions", "assembler");
    }

    private String text(String modifiers, String result) {
        StringBuilder out = new StringBuilder();
        String doc = candidates.stream()
                .flatMap(c -> Stream.concat(Stream.of(c.form()), reversed(c).stream()))
                .map(form -> "{@code " + manual(form) + " | " + form.encodingText() + "}")
                .distinct()
                .collect(Collectors.joining("; "));
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            parameters.add(types.get(i) + " " + name(i));
        }
        out.append("\n    /** ").append(doc).append(". */\n");
        out.append("    ").append(modifiers).append(' ').append(methodName()).append('(');
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
        out.setLength(out.length() - 1);
        // one line is one entry in the table of line numbers
        return out.append(" return ").append(result).append(";\n    }\n").toString();
    }

    /** The signature as the manual prints it: the mnemonic in capitals. */
    private static String manual(Form form) {
        String mnemonic = form.mnemonic();
        return mnemonic.toUpperCase(Locale.ROOT).replace('_', ' ')
                + form.signature().substring(mnemonic.length());
    }

    private void writeChoice(StringBuilder out) {
        if (isEvexBesideVex()) {
            out.append("        ")
                    .append(call(candidates.get(0), evexToo(candidates.get(0))))
                    .append(";\n");
            return;
        }
        String separator = "        ";
        for (Signature candidate : candidates) {
            String guard = candidate.equals(last()) ? valueGuard(candidate) : guard(candidate);
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
        String operands = IntStream.range(0, types.size())
                .mapToObj(i -> types.get(i).matches("int|long") ? "new Immediate(" + name(i) + ")" : name(i))
                .collect(Collectors.joining(", "));
        out.append(" else {\n            throw ")
                .append(receiver)
                .append("refused(\"")
                .append(mnemonic)
                .append("\", List.of(");
        out.append(operands).append("), \"no form takes these operands\");\n        }\n");
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
            case "int", "long" ->
                types.stream().allMatch("int"::equals) && types.size() > 1 ? "value" + (index + 1) : "value";
            case "Label" -> "target";
            default -> types.size() == 1 ? "operand" : NAMES.get(index);
        };
    }

    /** Returns the condition under which a form is taken although others follow it. */
    private String guard(Signature candidate) {
        boolean low = !isEvex(candidate) && !vectors().isEmpty();
        return Stream.of(
                        valueGuard(candidate),
                        low ? receiver + "vexSuffices(" + String.join(" | ", vectors()) + ")" : "")
                .filter(condition -> !condition.isEmpty())
                .collect(Collectors.joining(" && "));
    }

    /** Whether the choice is only between a VEX form and one that reaches further. */
    private boolean isEvexBesideVex() {
        return candidates.size() == 2
                && candidates.stream().allMatch(c -> valueGuard(c).isEmpty())
                && candidates.get(0).form().encoding().prefixing() == Prefixing.VEX
                && candidates.get(0).form().opEn() == last().form().opEn()
                && isEvex(last());
    }

    /** Returns the descriptor of a VEX form, or of the EVEX form where that one does not reach. */
    private String evexToo(Signature vex) {
        return receiver + "vexOr(" + descriptor(vex.form()) + ", " + descriptor(last().form()) + ", "
                + String.join(" | ", vectors()) + ")";
    }

    /** Returns the codes of the vector registers among the parameters. */
    private List<String> vectors() {
        return IntStream.range(0, types.size())
                .filter(i -> types.get(i).matches("[XYZ]mm"))
                .mapToObj(i -> name(i) + ".code()")
                .toList();
    }

    /** Returns the condition on values under which a form takes the operands; empty if it always does or refuses itself. */
    private String valueGuard(Signature candidate) {
        Form form = candidate.form();
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            String name = name(i);
            if (types.get(i).equals("Moffs")) {
                conditions.add(name + ".fits(" + form.operands().get(i).kind().memoryBits() + ")");
            }
            switch (Guard.of(form, i)) {
                case NONE -> {}
                case REGISTER ->
                    conditions.add(name + " == Registers."
                            + form.operands().get(i).kind().notation().replaceAll("[()]", ""));
                case ONE -> conditions.add(name + " == 1");
                case THREE -> conditions.add(name + " == 3");
                case BYTE -> conditions.add("Guard.isByte(" + name + ", " + form.operandBits() + ")");
                case INT -> {
                    if (types.get(i).equals("long")) {
                        conditions.add("Guard.isInt(" + name + ")");
                    }
                }
            }
        }
        return String.join(" && ", conditions);
    }

    private Optional<Form> reversed(Signature candidate) {
        return candidate.isRegisters() ? table.reversed(candidate.form()) : Optional.empty();
    }

    private String call(Signature candidate) {
        return call(candidate, descriptor(candidate.form()));
    }

    private String call(Signature candidate, String descriptor) {
        Form form = candidate.form();
        List<String> bits = new ArrayList<>();
        long d = Descriptor.of(form);
        if (Descriptor.unusual(d) == 0 && Descriptor.operandBits(d) != 0) {
            bits.add("0x" + Integer.toHexString(Descriptor.operandBits(d)));
        }
        String v = "0";
        String memory = "";
        String inOpcode = "";
        String offset = "";
        String value = "";
        for (int i = 0; i < types.size(); i++) {
            String name = name(i);
            switch (form.field(i)) {
                case 'S' -> value = name + ".code() << 4";
                case 'M' -> {
                    if (candidate.isMemory(i)) {
                        memory = name;
                    } else {
                        bits.add(name + ".rm()");
                    }
                }
                case 'R' -> bits.add(name + ".reg()");
                case 'V' -> v = name + ".code()";
                case 'O' -> inOpcode = name + ".rm()";
                case 'D' -> offset = name;
                case 'I' ->
                    value +=
                            (value.isEmpty() ? "" : ", ") + (Guard.of(form, i) == Guard.BYTE ? "(byte) " + name : name);
                default -> {
                    // a fixed operand is part of the opcode
                }
            }
        }
        if (reversed(candidate).isPresent()) {
            String other = descriptor(reversed(candidate).get());
            String dst = name(0);
            String src = name(types.size() - 1);
            return receiver + "eitherWay("
                    + String.join(
                            ", ",
                            descriptor,
                            other,
                            dst + ".reg() | " + src + ".rm()",
                            src + ".reg() | " + dst + ".rm()",
                            v,
                            "Guard.isShorterReversed(" + dst + ".code(), " + src + ".code())")
                    + ")";
        }
        List<String> arguments = new ArrayList<>(List.of(descriptor));
        String method;
        if (form.opEn().has('M')) {
            method = memory.isEmpty() ? "registers" : "memory";
            arguments.add(bits.isEmpty() ? "0" : String.join(" | ", bits));
            arguments.add(v);
            if (!memory.isEmpty()) {
                arguments.add(memory);
            }
        } else if (form.opEn().has('O')) {
            method = "opcodeRegister";
            arguments.add(inOpcode);
            value = value.isEmpty() ? "0" : value;
        } else if (!offset.isEmpty()) {
            method = "offset";
            arguments.add(offset);
        } else {
            method = value.isEmpty() ? "plain" : form.opEn() == OpEn.II ? "immediates" : "immediate";
        }
        if (!value.isEmpty()) {
            arguments.add(value);
        }
        return receiver + method + "(" + String.join(", ", arguments) + ")";
    }
}
