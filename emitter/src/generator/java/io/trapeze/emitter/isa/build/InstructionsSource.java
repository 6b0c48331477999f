// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa.build;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The sources of {@code Instructions} and {@code Avx512}: one method for each mnemonic and combination of operand types that the
 * table allows.
 */
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

    private static final String INSTRUCTIONS = """
            /**
             * One method for each instruction and combination of operand types; each emits the shortest form that fits. What needs
             * AVX-512 is in {@link Avx512}.
             *
             * <p>Every method throws {@link EncodingException}, and emits nothing, if the operands have no encoding. It returns
             * the assembler, for a note: {@code a.mov(rsp, rax).because("the switch")}.
             */
            public abstract class Instructions extends Encoder {
                private Avx512 avx512;

                Instructions() {}

                /** Returns the instructions that need AVX-512, for this assembler: {@code a.avx512().vmovdqu64(zmmword(rdi), zmm0)}. */
                public final Avx512 avx512() {
                    if (avx512 == null) {
                        avx512 = new Avx512(this);
                    }
                    return avx512;
                }

                /** Notes why the last instruction is there, for the listing. */
                public abstract Assembler because(String reason);

                /** Notes which rule of the ABI description the last instruction serves, such as {@code stack.shadow}. */
                public abstract Assembler serves(String rule);
            """;

    private static final String AVX512 = """
            /**
             * The instructions that need AVX-512, for one assembler: one method for each combination of operand types of which all
             * forms have an EVEX prefix or a mask register, and once more each that has an EVEX form besides others, for a mask or a
             * rounding to stand before it: {@code a.k(k1).vaddpd(xmm0, xmm1, xmm2)}.
             *
             * <p>They are methods of {@link Instructions} in all but the place, which is this one so that programs without AVX-512 do
             * not load them. {@link Assembler#avx512()} returns them, and whatever can be said of such an instruction only.
             */
            public final class Avx512 {
                private final Instructions assembler;

                Avx512(Instructions assembler) {
                    this.assembler = assembler;
                }

                /** Leaves elements of the next instruction's result as they are where the mask has a 0: {@code a.k(k1).vaddpd(…)}. */
                public Avx512 k(KReg mask) {
                    return mask(mask, 0);
                }

                /** Makes elements of the next instruction's result 0 where the mask has a 0. */
                public Avx512 kz(KReg mask) {
                    return mask(mask, Decoration.ZEROING);
                }

                private Avx512 mask(KReg mask, int zeroing) {
                    if (mask.number() == 0) {
                        throw assembler.refused(new EncodingException(
                                "k0 cannot be a write mask: its number means that there is none; use k1 to k7"));
                    }
                    return decorate(mask.number() | zeroing);
                }

                /** Makes the next instruction round to the nearest, ties to even, whatever MXCSR says; no exception is raised. */
                public Avx512 rnSae() {
                    return decorate(Decoration.RN_SAE);
                }

                /** Makes the next instruction round down, whatever MXCSR says; no exception is raised. */
                public Avx512 rdSae() {
                    return decorate(Decoration.RD_SAE);
                }

                /** Makes the next instruction round up, whatever MXCSR says; no exception is raised. */
                public Avx512 ruSae() {
                    return decorate(Decoration.RU_SAE);
                }

                /** Makes the next instruction round towards zero, whatever MXCSR says; no exception is raised. */
                public Avx512 rzSae() {
                    return decorate(Decoration.RZ_SAE);
                }

                /** Keeps the next instruction from raising floating-point exceptions. */
                public Avx512 sae() {
                    return decorate(Decoration.SAE);
                }

                private Avx512 decorate(int bits) {
                    assembler.decorateNext(bits);
                    return this;
                }
            """;

    private InstructionsSource() {}

    /** Returns the source of what needs no AVX-512. */
    static String instructions(InstructionTable table) {
        return file(INSTRUCTIONS, methods(table).filter(m -> !m.needsAvx512()).map(Method::instruction));
    }

    /** Returns the source of what needs AVX-512, or takes a mask if it has it. */
    static String avx512(InstructionTable table) {
        return file(AVX512, methods(table).filter(Method::isAvx512).map(Method::avx512));
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

    private static Stream<Method> methods(InstructionTable table) {
        return table.mnemonics().stream()
                .flatMap(mnemonic -> methods(table, mnemonic).stream())
                .filter(method -> !method.ambiguous());
    }

    /** Groups the forms of a mnemonic by the operand types a caller writes. */
    private static Collection<Method> methods(InstructionTable table, String mnemonic) {
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
