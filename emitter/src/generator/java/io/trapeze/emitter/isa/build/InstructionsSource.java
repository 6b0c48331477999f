// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The sources of the {@linkplain InstructionClass classes}: one method for each mnemonic and combination of operand types that the table allows. */
final class InstructionsSource {
    /** What a method may name, by package. */
    private static final Map<String, List<String>> NAMED = Map.of(
            "java.util", List.of("List"),
            "io.trapeze.emitter.isa", List.of("Guard"),
            "io.trapeze.emitter.operand",
                    List.of(
                            "Broadcast",
                            "CReg",
                            "DReg",
                            "Decoration",
                            "Immediate",
                            "KReg",
                            "Label",
                            "Mem",
                            "Mm",
                            "Moffs",
                            "Reg16",
                            "Reg32",
                            "Reg64",
                            "Reg8",
                            "Registers",
                            "SReg",
                            "St",
                            "Xmm",
                            "Ymm",
                            "Zmm"));

    private static final String FILE = """
            // SPDX-License-Identifier: Apache-2.0
            // Generated from x86-64.table: change that instead.
            package io.trapeze.emitter;

            <imports>
            <body>}
            """;

    private final InstructionTable table;
    private final NavigableMap<Integer, String> classes;

    /**
     * @param classes the names of classes, by the line of the table from which on they hold
     * @throws IllegalArgumentException if one of them is not known
     */
    InstructionsSource(InstructionTable table, NavigableMap<Integer, String> classes) {
        Set<String> known = Stream.of(InstructionClass.values())
                .map(InstructionClass::javaName)
                .collect(Collectors.toSet());
        classes.forEach((line, name) -> {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("instruction table, line " + line + ": there is no class " + name
                        + "; InstructionClass has those that there are");
            }
        });
        this.table = table;
        this.classes = classes;
    }

    /** Returns the source of a class. */
    String of(InstructionClass wanted) {
        return file(
                wanted.head(),
                switch (wanted) {
                    case AVX512 -> methods().filter(Method::isAvx512).map(Method::beside);
                    case INSTRUCTIONS -> methodsOf(wanted).map(Method::instruction);
                    default -> methodsOf(wanted).map(Method::beside);
                });
    }

    private Stream<Method> methodsOf(InstructionClass wanted) {
        return methods()
                .filter(method -> !method.needsAvx512())
                .filter(method -> classes.floorEntry(method.line()).getValue().equals(wanted.javaName()));
    }

    private static String file(String head, Stream<String> methods) {
        String body = head + methods.collect(Collectors.joining());
        String imports = NAMED.entrySet().stream()
                .flatMap(e -> e.getValue().stream()
                        .filter(name -> Pattern.compile("(?<!\"|[.#])\\b" + name + "\\b")
                                .matcher(body.replaceAll("(?m)^ */?\\*.*$", ""))
                                .find())
                        .map(name -> "import " + e.getKey() + "." + name + ";\n"))
                .sorted()
                .collect(Collectors.joining());
        return FILE.replace("<imports>", imports).replace("<body>", body);
    }

    private Stream<Method> methods() {
        return table.mnemonics().stream()
                .flatMap(mnemonic -> methods(mnemonic).stream())
                .filter(method -> !method.ambiguous());
    }

    /** Groups the forms of a mnemonic by the operand types a caller writes. */
    private Collection<Method> methods(String mnemonic) {
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
