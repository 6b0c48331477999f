// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import java.util.List;

/**
 * One stack at one moment, from high addresses to low ones.
 *
 * @param name whose stack it is
 * @param rows what lies there
 * @param legend what the names in the rows' addresses mean, where that is not plain; a sentence each
 */
public record StackPicture(String name, List<Row> rows, List<String> legend) {
    /** What sort of row it is. */
    public enum Kind {
        /** Frames further up, which the primitive does not touch. */
        FRAMES,
        /** In use. */
        SLOT,
        /** Between what is used: nobody reads it. */
        PADDING,
        /** Below RSP. */
        RED_ZONE
    }

    /**
     * One row.
     *
     * @param base what its address is counted from
     * @param offset bytes from there to its lowest address
     * @param size bytes; 0 if that is not known
     * @param name what it is for; empty if nothing but the code says so
     * @param content what it holds; empty if that is not known
     * @param rule the path of the rule that puts it there; may be empty
     * @param pointers registers and Gobuf fields that point to its lowest address
     */
    public record Row(
            Kind kind,
            String base,
            int offset,
            int size,
            String name,
            String content,
            String rule,
            List<String> pointers) {
        /** Copies the list. */
        public Row {
            pointers = List.copyOf(pointers);
        }

        /** Returns its lowest address as text. */
        public String address() {
            return base + (offset == 0 ? "" : (offset < 0 ? " - 0x" : " + 0x") + Integer.toHexString(Math.abs(offset)));
        }

        /** Returns what it is and holds, in a line. */
        public String text() {
            if (content.isEmpty() || name.equals(content)) {
                return name;
            }
            return name.isEmpty() || content.contains(name) ? content : name + ": " + content;
        }
    }

    /** Copies the lists. */
    public StackPicture {
        rows = List.copyOf(rows);
        legend = List.copyOf(legend);
    }
}
