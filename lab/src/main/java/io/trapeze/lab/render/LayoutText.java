// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import static io.trapeze.lab.render.Table.Align.LEFT;
import static io.trapeze.lab.render.Table.Align.RIGHT;

import io.trapeze.lab.explain.MemoryLayout;
import io.trapeze.lab.explain.MemoryLayout.Field;
import java.util.List;

/** Layouts as a person reads them, or as a page. */
public final class LayoutText {
    private static final String CALL = "On entry to a function that has one argument more than go into registers";
    private static final String PREEMPTION = "On entry to async_preempt2, at most %d bytes below the interrupted rsp";

    private LayoutText() {}

    /** Returns the text, with line ends. */
    public static String of(MemoryLayout layout, Style style, Glyphs glyphs) {
        MomentText drawings = new MomentText(style, glyphs);
        return style.strong(gobuf(layout)) + "\n" + table(layout.gobuf(), style) + "\n"
                + style.strong(frame(layout)) + "\n" + table(layout.frame(), style) + "\n"
                + style.strong(CALL) + "\n\n"
                + Drawing.text(List.of(drawings.stackWithRules(layout.call())), MomentText.WIDTH) + "\n"
                + style.strong(PREEMPTION.formatted(layout.preemptionBytes())) + "\n\n"
                + Drawing.text(List.of(drawings.stackWithRules(layout.preemption())), MomentText.WIDTH);
    }

    /** Returns the page, with line ends. */
    public static String markdown(MemoryLayout layout) {
        MomentText drawings = new MomentText(Style.PLAIN, Glyphs.UNICODE);
        return "# Layouts of ABI " + layout.abi() + "\n\n## " + gobuf(layout) + "\n\n" + rows(layout.gobuf())
                + "\n## " + frame(layout) + "\n\n" + rows(layout.frame())
                + "\n## " + CALL + "\n\n```text\n"
                + Drawing.text(List.of(drawings.stackWithRules(layout.call())), MomentText.WIDTH) + "```\n"
                + "\n## " + PREEMPTION.formatted(layout.preemptionBytes()) + "\n\n```text\n"
                + Drawing.text(List.of(drawings.stackWithRules(layout.preemption())), MomentText.WIDTH) + "```\n";
    }

    private static String gobuf(MemoryLayout layout) {
        return "Gobuf, ABI " + layout.abi() + ": " + layout.gobufBytes() + " bytes";
    }

    private static String frame(MemoryLayout layout) {
        return "Preemption frame, save set " + layout.saveSet() + ": " + layout.frameBytes()
                + " bytes and the resume address";
    }

    private static String table(List<Field> fields, Style style) {
        Table table = new Table(RIGHT, RIGHT, RIGHT, LEFT, LEFT);
        table.row(style.faint("offset"), "", style.faint("size"), style.faint("field"), style.faint("because of"));
        for (Field field : fields) {
            table.row(
                    Integer.toString(field.offset()),
                    hex(field),
                    Integer.toString(field.size()),
                    field.name(),
                    style.faint(field.rule()));
        }
        return table.text();
    }

    private static String rows(List<Field> fields) {
        StringBuilder text = new StringBuilder("| offset | | size | field | because of |\n|---:|---:|---:|---|---|\n");
        for (Field field : fields) {
            text.append(Markdown.row(
                    Integer.toString(field.offset()),
                    hex(field),
                    Integer.toString(field.size()),
                    field.name(),
                    field.rule()));
        }
        return text.toString();
    }

    private static String hex(Field field) {
        return "0x" + Integer.toHexString(field.offset());
    }
}
