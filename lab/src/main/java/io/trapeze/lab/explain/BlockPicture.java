// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.explain;

import java.util.List;

/**
 * A Gobuf or a thread block at one moment.
 *
 * @param name what it is
 * @param rows its fields, in the order of their offsets
 */
public record BlockPicture(String name, List<Row> rows) {
    /**
     * One field.
     *
     * @param address its place as the code would write it: an offset, or a segment and an offset
     * @param field what it is called
     * @param written what has been written into it; empty if nothing has
     * @param readInto registers and places that hold what it held on entry
     * @param used whether the code reads or writes it at all
     */
    public record Row(String address, String field, String written, List<String> readInto, boolean used) {
        /** Copies the list. */
        public Row {
            readInto = List.copyOf(readInto);
        }
    }

    /** Copies the list. */
    public BlockPicture {
        rows = List.copyOf(rows);
    }

    /** Whether the code has to do with any of it. */
    public boolean used() {
        return rows.stream().anyMatch(Row::used);
    }
}
