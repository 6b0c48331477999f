// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.operand.Registers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What objdump makes of code, written in one normal form for comparison. */
final class Disassembly {
    private static final Pattern LINE = Pattern.compile(" *([0-9a-f]+):\t(.*)");
    private static final Pattern NEGATIVE = Pattern.compile("\\+0x(f{8}[0-9a-f]{8})(?=\\])");
    private static final Pattern STRING_OPERANDS =
            Pattern.compile("(movs|stos|lods|scas|cmps|ins|outs) .*?(byte|word|dword|qword) ptr .*");
    private static final Pattern SEGMENT = Pattern.compile("([fg]s):\\[rsi]");
    private static final Pattern TO_SELECTOR = Pattern.compile("(mov [d-gs]s,)(\\w+)");
    private static final Pattern OF_SELECTOR = Pattern.compile("(mov (?=\\w+,[c-gs]s$)|sldt |str )(r\\w+)(.*)");

    private static final Pattern SYMMETRIC = Pattern.compile("((?:lock )?(?:xchg|test) )(.*)");
    private static final Map<String, String> OTHER_NAMES = Map.of(
            "int 3", "int3",
            "iret", "iretd",
            "xlat byte ptr ds:[rbx]", "xlatb",
            "fxch", "fxch st(1)",
            "faddp", "faddp st(1),st",
            "fmulp", "fmulp st(1),st",
            "fsubp", "fsubp st(1),st",
            "fsubrp", "fsubrp st(1),st",
            "fdivp", "fdivp st(1),st",
            "fdivrp", "fdivrp st(1),st");
    private static final Pattern COMPARISON = Pattern.compile("(v?p?cmp)([a-z_]+?)(([ps][sd]|u?[bwdq]) .*)");
    private static final List<String> COMPARISONS =
            List.of(("eq lt le unord neq nlt nle ord eq_uq nge ngt false neq_oq ge gt"
                            + " true eq_os lt_oq le_oq unord_s neq_us nlt_uq nle_uq ord_s eq_us nge_uq ngt_uq false_os neq_os ge_oq"
                            + " gt_oq true_us")
                    .split(" "));
    private static final List<String> INTEGER_COMPARISONS = List.of("eq", "lt", "le", "", "neq", "nlt", "nle");
    private static final Pattern PRODUCT = Pattern.compile("(v?pclmul)([lh])q([lh])q(dq .*)");

    private static final Pattern ROUNDING = Pattern.compile(",?(\\{(?:r[nduz]-)?sae\\})");
    /**
     * One instruction.
     *
     * @param offset bytes from the start of the code
     * @param text its normal form
     */
    record Line(int offset, String text) {}

    private Disassembly() {}

    /** Disassembles code that starts at address 0. */
    static List<Line> of(Path directory, byte[] code) {
        try {
            Files.write(directory.resolve("code.bin"), code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String text = Tool.OBJDUMP.run(
                directory, "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", "code.bin");
        return text.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(m -> new Line(Integer.parseInt(m.group(1), 16), normal(m.group(2))))
                .toList();
    }

    /**
     * Returns an instruction's text without what has no meaning: case and spacing, the comment with a rip-relative address,
     * a displacement of 0, the unsigned form of a negative one, the segment ds of an absolute address and its missing
     * brackets, the implied operands of string instructions but for their segment, the order of the operands of {@code xchg} and {@code test}, the
     * size of a register whose selector moves, sizes that objdump leaves out or takes for another, immediates that it makes part of a name, how it marks broadcast and where rounding,
     * and other names: {@code oword} for 16 bytes, {@code nop} for an exchange of
     * rax with itself.
     */
    static String normal(String instruction) {
        String text = instruction.toLowerCase(Locale.ROOT);
        int comment = text.indexOf('#');
        text = (comment < 0 ? text : text.substring(0, comment)).strip().replaceAll("\\s+", " ");
        text = text.replaceFirst("^\\{evex} ", ""); // it takes the operands for ones that VEX has a form for
        text = text.replace(", ", ",").replace(" + ", "+").replace(" - ", "-");
        text = text.replaceAll("\\+0x0\\]", "]");
        text = NEGATIVE.matcher(text)
                .replaceAll(m -> "-0x" + Long.toHexString(-Long.parseUnsignedLong(m.group(1), 16)));
        text = text.replaceAll("\\bds:(0x[0-9a-f]+)", "[$1]").replaceAll("\\b(fs|gs):(0x[0-9a-f]+)", "$1:[$2]");
        text = text.replaceAll("([dq]word) ptr ([^\\]]*\\])\\{1to\\d+\\}", "$1 bcst $2")
                .replaceAll("\\{1to\\d+\\}", "");
        Matcher rounding = ROUNDING.matcher(text);
        if (rounding.find()) {
            return normal(rounding.replaceFirst("")) + rounding.group(1);
        }
        Matcher string = STRING_OPERANDS.matcher(text);
        if (string.find() && text.contains("[r") && text.contains("s:[")) {
            Matcher segment = SEGMENT.matcher(text);
            String said = segment.find() ? segment.group(1) + " " : "";
            text = said + text.substring(0, string.end(1)) + string.group(2).charAt(0);
        }
        text = text.replaceFirst("^xlat byte ptr ([fg]s):\\[rbx]$", "$1 xlatb");
        Matcher exchange = SYMMETRIC.matcher(text);
        if (exchange.matches()) {
            String[] operands = exchange.group(2).split(",");
            Arrays.sort(operands);
            text = exchange.group(1) + String.join(",", operands);
            return text.equals("xchg rax,rax") ? "nop" : text;
        }
        text = wide(TO_SELECTOR, wide(OF_SELECTOR, text));
        text = OTHER_NAMES.getOrDefault(text, text);
        text = withConstant(text).replace("st(0)", "st");
        text = text.replaceFirst("^rex\\.w[rxb]* (call|jmp) fword", "$1 tbyte");
        text = text.replaceFirst("^(l[fgs]s r(?!\\d+d).*)fword", "$1tbyte")
                .replaceFirst("^(wru?ss.) .word ptr ", "$1 ");
        text = text.replaceFirst("^(v?lddqu .*).mmword ptr ", "$1");
        return text.replace("oword ptr", "xmmword ptr");
    }

    /** Writes what objdump makes part of a name as the immediate it is. */
    private static String withConstant(String text) {
        Matcher comparison = COMPARISON.matcher(text);
        if (comparison.matches()) {
            List<String> names = comparison.group(1).equals("vpcmp") ? INTEGER_COMPARISONS : COMPARISONS;
            int predicate = names.indexOf(comparison.group(2));
            return predicate < 0
                    ? text
                    : comparison.group(1) + comparison.group(3) + ",0x" + Integer.toHexString(predicate);
        }
        Matcher product = PRODUCT.matcher(text);
        if (product.matches()) {
            String halves = (product.group(3).equals("h") ? "1" : "")
                    + (product.group(2).equals("h") ? "1" : "0");
            return product.group(1) + "q" + product.group(4) + ",0x" + halves;
        }
        if (text.matches("v?pclmulqdq .*,0x[23]")) { // which objdump 2.40 takes for 10H and 11H
            return text.substring(0, text.length() - 1) + (text.endsWith("2") ? "10" : "11");
        }
        return text;
    }

    /** Names a general register as one of 32 bits. */
    private static String wide(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.matches()
                ? Registers.named(matcher.group(2))
                        .map(register ->
                                matcher.group(1) + Registers.gp32(register.number()) + text.substring(matcher.end(2)))
                        .orElse(text)
                : text;
    }
}
