// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import io.trapeze.lab.explain.BlockPicture;
import io.trapeze.lab.explain.Moment;
import io.trapeze.lab.explain.StackPicture;
import io.trapeze.lab.explain.StackPicture.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Moments as drawings: stacks, Gobufs and thread blocks, side by side, and what the registers hold below them. */
final class MomentText {
    /** The columns that drawings are put into. */
    static final int WIDTH = 120;
    /** More rows than these are drawn without lines between those of one sort. */
    private static final int FEW = 12;

    private final Style style;
    private final Glyphs glyphs;

    MomentText(Style style, Glyphs glyphs) {
        this.style = style;
        this.glyphs = glyphs;
    }

    String of(Moment moment) {
        List<Drawing> drawings = new ArrayList<>();
        moment.stacks().forEach(stack -> drawings.add(stack(stack, "")));
        moment.blocks().stream().filter(BlockPicture::used).forEach(block -> drawings.add(block(block, "")));
        return style.strong(moment.title()) + "\n\n" + Drawing.text(drawings, WIDTH) + registers(moment);
    }

    /** Returns two moments, each stack and block of the second beside that of the first; what stays the same comes once. */
    String of(Moment before, Moment after) {
        List<List<Drawing>> rows = new ArrayList<>();
        for (int i = 0; i < before.stacks().size(); i++) {
            StackPicture one = before.stacks().get(i);
            StackPicture other = after.stacks().get(i);
            rows.add(
                    one.equals(other)
                            ? List.of(stack(one, ", before and after"))
                            : List.of(stack(one, ", before"), stack(other, ", after")));
        }
        for (int i = 0; i < before.blocks().size(); i++) {
            BlockPicture one = before.blocks().get(i);
            BlockPicture other = after.blocks().get(i);
            if (!one.equals(other)) {
                rows.add(List.of(block(one, ", before"), block(other, ", after")));
            }
        }
        return rows.stream().map(row -> Drawing.text(row, WIDTH)).collect(Collectors.joining("\n")) + registers(after);
    }

    /** Draws a stack with the rule behind each row. */
    Drawing stackWithRules(StackPicture stack) {
        return stack(stack, "", true);
    }

    private Drawing stack(StackPicture stack, String moment) {
        return stack(stack, moment, false);
    }

    private Drawing stack(StackPicture stack, String moment, boolean rules) {
        Box box = new Box(style.strong(stack.name() + moment), glyphs);
        StackPicture.Row last = null;
        for (StackPicture.Row row : stack.rows()) {
            boolean alike = last != null && last.kind() == Kind.SLOT && row.kind() == Kind.SLOT;
            boolean line = stack.rows().size() <= FEW || !alike || !last.rule().equals(row.rule());
            String size = row.size() == 0 || row.size() == 8 ? "" : ", " + row.size() + " bytes";
            String text = cell(row, row.text() + size);
            List<String> cells = rules ? List.of(text, style.faint(row.rule())) : List.of(text);
            box.row(style.faint(row.address()), cells, pointers(row), line);
            last = row;
        }
        return box.drawing(stack.legend());
    }

    private String cell(StackPicture.Row row, String text) {
        return switch (row.kind()) {
            case SLOT -> text;
            case FRAMES, PADDING -> style.faint(text);
            case RED_ZONE -> style.bad(text);
        };
    }

    private String pointers(StackPicture.Row row) {
        String names = String.join(", ", row.pointers());
        return names.isEmpty() ? "" : style.good(glyphs.pointer() + " " + names);
    }

    /** Draws the fields that the code has to do with. */
    private Drawing block(BlockPicture block, String moment) {
        Box box = new Box(style.strong(block.name() + moment), glyphs);
        boolean empty = block.rows().stream().allMatch(row -> flow(row).isEmpty());
        for (BlockPicture.Row row : block.rows()) {
            if (row.used()) {
                List<String> cells = empty ? List.of(row.field()) : List.of(row.field(), flow(row));
                box.row(style.faint(row.address()), cells, "", false);
            }
        }
        return box.drawing(List.of());
    }

    private String flow(BlockPicture.Row row) {
        String written = row.written().isEmpty() ? "" : style.good("← " + row.written());
        String read = row.readInto().isEmpty() ? "" : "→ " + String.join(", ", row.readInto());
        return written + (written.isEmpty() || read.isEmpty() ? "" : "  ") + read;
    }

    private String registers(Moment moment) {
        if (moment.registers().isEmpty()) {
            return "";
        }
        List<String> texts = new ArrayList<>();
        moment.registers().forEach((name, value) -> texts.add(name + " = " + value));
        return "\n" + Wrapped.text("registers  ", texts, ", ", WIDTH);
    }
}
