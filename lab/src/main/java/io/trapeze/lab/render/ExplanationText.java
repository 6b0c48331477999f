// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.lab.explain.ByteField;
import io.trapeze.lab.explain.Effect;
import io.trapeze.lab.explain.Explanation;
import io.trapeze.lab.explain.Explanation.ExplainedStep;
import io.trapeze.lab.explain.Moment;
import java.util.List;
import java.util.stream.Collectors;

/** An explanation as a person reads it: drawings before, the instructions, drawings after. */
public final class ExplanationText {
    static final String NOT_FOLLOWED = "(what it does to values is not followed)";
    private static final String INDENT = "      ";
    /** Columns for what a field says: bytes, name and gaps take the others. */
    private static final int MEANING = 84;

    private final Explanation explanation;
    private final Style style;
    private final Glyphs glyphs;

    private ExplanationText(Explanation explanation, Style style, Glyphs glyphs) {
        this.explanation = explanation;
        this.style = style;
        this.glyphs = glyphs;
    }

    /** Returns the text, with line ends. */
    public static String of(Explanation explanation, Style style, Glyphs glyphs) {
        return new ExplanationText(explanation, style, glyphs).text();
    }

    private String text() {
        MomentText drawings = new MomentText(style, glyphs);
        List<Moment> moments = explanation.moments();
        StringBuilder text = new StringBuilder(head());
        if (explanation.isOfOneStep()) {
            text.append('\n').append(step(explanation.steps().get(0))).append('\n');
            return text.append(drawings.of(moments.get(0), moments.get(1))).toString();
        }
        text.append('\n').append(drawings.of(moments.get(0))).append('\n');
        explanation.steps().forEach(step -> text.append(step(step)).append('\n'));
        text.append(moments.stream().skip(1).map(drawings::of).collect(Collectors.joining("\n")));
        return text.toString();
    }

    private String head() {
        String saves = explanation.saveSet().map(set -> ", save set " + set).orElse("");
        Table table = new Table(LEFT, LEFT, LEFT, LEFT);
        for (Explanation.Parameter parameter : explanation.parameters()) {
            table.row(
                    INDENT + style.strong(parameter.name()),
                    parameter.place(),
                    parameter.meaning(),
                    style.faint(parameter.rule()));
        }
        String what = style.strong(explanation.primitive()) + ", ABI " + explanation.abi() + saves + ", "
                + explanation.bytes() + " bytes.";
        boolean fits = Style.width(what) + 1 + explanation.summary().length() <= MomentText.WIDTH;
        return what + (fits ? " " : "\n") + explanation.summary() + "\n" + table.text();
    }

    private String step(ExplainedStep step) {
        StringBuilder text = new StringBuilder();
        text.append("%4d  ".formatted(step.step()))
                .append(style.strong(step.text()))
                .append(style.faint("   at 0x" + Integer.toHexString(step.offset())))
                .append('\n');
        if (!step.reason().isEmpty() || !step.rule().isEmpty()) {
            String rule = step.rule().isEmpty() ? "" : style.good("[" + step.rule() + "]");
            String gap = step.reason().isEmpty() || rule.isEmpty() ? "" : "  ";
            text.append(INDENT).append(step.reason()).append(gap).append(rule).append('\n');
        }
        if (!step.followed()) {
            text.append(INDENT).append(NOT_FOLLOWED).append('\n');
        }
        if (!step.effects().isEmpty()) {
            List<String> effects = step.effects().stream().map(this::effect).toList();
            text.append(Wrapped.text(INDENT, effects, glyphs.text(" · "), MomentText.WIDTH));
        }
        return text.append(fields(step)).toString();
    }

    private String effect(Effect effect) {
        return glyphs.text(effect.place() + " ← " + effect.value());
    }

    private String fields(ExplainedStep step) {
        Table table = new Table(RIGHT, LEFT, LEFT);
        for (int i = 0; i < step.fields().size(); i++) {
            ByteField field = step.fields().get(i);
            String bytes = style.hue(i, spaced(field.bytes()));
            String name = style.hue(i, field.name());
            for (String line : lines(meaning(field))) {
                table.row(bytes, name, line);
                bytes = "";
                name = "";
            }
        }
        return table.text().lines().map(line -> INDENT + "  " + line + "\n").collect(Collectors.joining());
    }

    /** Returns a meaning on as many lines as it takes beside the longest bytes and names. */
    private static List<String> lines(String meaning) {
        return Wrapped.text("", List.of(meaning.split(" ")), " ", MEANING)
                .lines()
                .toList();
    }

    private static String spaced(String hex) {
        return hex.replaceAll("..(?=.)", "$0 ");
    }

    /** Returns what a field says: its bits, then the whole. */
    static String meaning(ByteField field) {
        String bits = field.bits().stream().map(ExplanationText::bits).collect(Collectors.joining(" "));
        return bits + (bits.isEmpty() || field.meaning().isEmpty() ? "" : ": ") + field.meaning();
    }

    private static String bits(ByteField.Bits bits) {
        String meaning = bits.meaning().isEmpty() ? "" : " (" + bits.meaning() + ")";
        return (bits.name().isEmpty() ? "" : bits.name() + "=") + bits.value() + meaning;
    }
}
