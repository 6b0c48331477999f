// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.explain.ByteField;
import io.trapeze.lab.explain.Explanation;
import io.trapeze.lab.explain.Explanation.ExplainedStep;
import io.trapeze.lab.explain.Moment;
import java.util.stream.Collectors;

/** An explanation as Markdown: tables, with drawings as blocks of text. */
public final class ExplanationMarkdown {
    private ExplanationMarkdown() {}

    /** Returns the page, with line ends. */
    public static String of(Explanation explanation) {
        String saves = explanation.saveSet().map(set -> ", save set " + set).orElse("");
        StringBuilder text = new StringBuilder();
        text.append("# `%s`, ABI %s%s\n\n%s %d bytes.\n"
                .formatted(
                        explanation.primitive(), explanation.abi(), saves, explanation.summary(), explanation.bytes()));
        if (!explanation.parameters().isEmpty()) {
            text.append("\n| parameter | in | what | rule |\n|---|---|---|---|\n");
            for (Explanation.Parameter parameter : explanation.parameters()) {
                text.append(Markdown.row(
                        parameter.name(),
                        Markdown.code(parameter.place()),
                        parameter.meaning(),
                        Markdown.code(parameter.rule())));
            }
        }
        MomentText drawings = new MomentText(Style.PLAIN, Glyphs.UNICODE);
        if (!explanation.isOfOneStep()) {
            text.append(moment(explanation.moments().get(0), drawings));
        }
        text.append("\n## Instructions\n\n");
        text.append(
                "| step | at | instruction | why | rule | what it changes | bytes |\n|---:|---:|---|---|---|---|---|\n");
        explanation.steps().forEach(step -> text.append(step(step)));
        if (explanation.isOfOneStep()) {
            String drawn = drawings.of(
                    explanation.moments().get(0), explanation.moments().get(1));
            return text.append("\n## Before and after\n\n```text\n" + drawn + "```\n")
                    .toString();
        }
        explanation.moments().stream().skip(1).forEach(moment -> text.append(moment(moment, drawings)));
        return text.toString();
    }

    private static String moment(Moment moment, MomentText drawings) {
        String drawn = drawings.of(moment);
        int body = drawn.indexOf("\n\n") + 2;
        return "\n## " + moment.title() + "\n\n```text\n" + drawn.substring(body) + "```\n";
    }

    private static String step(ExplainedStep step) {
        String effects = step.effects().stream()
                .map(effect -> effect.place() + " ← " + effect.value())
                .collect(Collectors.joining("<br>"));
        String fields = step.fields().stream().map(ExplanationMarkdown::field).collect(Collectors.joining("<br>"));
        return Markdown.row(
                Integer.toString(step.step()),
                "0x" + Integer.toHexString(step.offset()),
                Markdown.code(step.text()),
                step.reason(),
                Markdown.code(step.rule()),
                step.followed() ? effects : effects + "<br>" + ExplanationText.NOT_FOLLOWED,
                fields);
    }

    private static String field(ByteField field) {
        return Markdown.code(field.bytes()) + " " + field.name() + " " + ExplanationText.meaning(field);
    }
}
