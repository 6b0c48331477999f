// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.Mark;
import io.trapeze.emitter.operand.Broadcast;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Mem;
import java.util.List;

/** Reads what stands in braces: a write mask, rounding, and how many elements one from memory becomes. */
final class Braces {
    private Decoration said = Decoration.NONE;

    /** Returns what was said of the instruction. */
    Decoration said() {
        return said;
    }

    /** Reads a rounding that stands in the place of an operand, if one does. */
    boolean rounding(Words words, List<Form> forms, int before) {
        if (!words.peek().is("{")) {
            return false;
        }
        Token start = words.peek();
        String text = inside(words);
        if (!say(start, text).rounds() || !roundsBehind(forms, before)) {
            throw start.mistake("'{" + text
                    + "}' has no place here: only rounding stands by itself, behind the last vector: {rn-sae} {rd-sae} {ru-sae}"
                    + " {rz-sae} {sae}");
        }
        return true;
    }

    /** Whether rounding may be said behind the last of some operands. */
    private static boolean roundsBehind(List<Form> forms, int operands) {
        return forms.stream()
                .filter(form -> operands > 0 && form.operands().size() >= operands)
                .map(form -> form.operands().get(operands - 1).marks())
                .anyMatch(marks -> marks.contains(Mark.ER) || marks.contains(Mark.SAE));
    }

    /** Whether rounding may stand without a comma behind the operand that follows some: the last that is no immediate. */
    private static boolean roundsLast(List<Form> forms, int before) {
        return forms.stream()
                .filter(form -> form.allows(Mark.ER) || form.allows(Mark.SAE))
                .map(form -> form.operands().stream().filter(o -> !o.kind().isImmediate()))
                .anyMatch(others -> others.count() == before + 1);
    }

    /** Reads what stands behind an operand; a rounding, too, for so objdump writes it. */
    Operands.Read behind(Operands.Read operand, Words words, List<Form> forms, int before) {
        Operands.Read read = operand;
        while (words.peek().is("{")) {
            Token start = words.peek();
            String text = inside(words);
            if (text.matches("1to(2|4|8|16)")
                    && read.operand() instanceof Mem mem
                    && !(mem instanceof Broadcast element && element.lanes() > 0)) {
                int unsaid = forms.stream().mapToInt(Form::broadcastBits).max().orElse(0);
                int bits = mem.bits() == 0 ? unsaid : mem.bits();
                if (bits != 32 && bits != 64) {
                    throw start.mistake("'{" + text + "}' is for one element: write dword ptr or qword ptr");
                }
                Mem one = Broadcast.of(bits, mem.address(), Integer.parseInt(text.substring(3)));
                read = new Operands.Read(one, read.start(), read.value());
            } else if (say(start, text).rounds() ? !roundsLast(forms, before) : before > 0) {
                throw start.mistake("'{" + text
                        + "}' has no place here: a mask such as {k1} or {k1}{z} stands behind the first operand, {1to2} to {1to16} behind memory,"
                        + " and rounding behind the last vector");
            }
        }
        return read;
    }

    private Decoration say(Token start, String text) {
        Decoration one = Decoration.named(text)
                .orElseThrow(() -> start.mistake("unknown '{" + text
                        + "}': there are {k1} to {k7}, {z}, {rn-sae} {rd-sae} {ru-sae} {rz-sae} {sae},"
                        + " and {1to2} to {1to16} behind memory"));
        if (Decoration.contradict(said.bits(), one.bits())) {
            throw start.mistake("'{" + text + "}' beside '" + said + "': one is enough");
        }
        said = said.and(one);
        return one;
    }

    private static String inside(Words words) {
        words.expect("{", "here");
        StringBuilder text = new StringBuilder();
        while (!words.atEnd() && !words.peek().is("}")) {
            text.append(words.take().word());
        }
        words.expect("}", "to close '{'");
        return text.toString();
    }
}
