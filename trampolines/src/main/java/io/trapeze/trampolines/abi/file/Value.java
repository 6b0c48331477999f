// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines.abi.file;

import io.trapeze.trampolines.abi.ThreadBlock;
import java.util.List;
import java.util.stream.Collectors;
import org.tomlj.Toml;

/** What stands behind a key of an ABI file. */
sealed interface Value {
    /** The word for no register, no size and no segment. */
    Word NONE = new Word("none");

    /** Returns it as TOML. */
    String toml();

    /** Returns it as Java's own: a list, a text, a number, a truth value, or a list of maps. */
    Object plain();

    /** Registers, by their names. */
    record Names(List<String> names) implements Value {
        @Override
        public Object plain() {
            return names;
        }

        @Override
        public String toml() {
            return names.stream().map(Value::quoted).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** A name or a keyword. */
    record Word(String word) implements Value {
        @Override
        public Object plain() {
            return word;
        }

        @Override
        public String toml() {
            return quoted(word);
        }
    }

    /** Bytes. */
    record Size(int bytes) implements Value {
        @Override
        public Object plain() {
            return bytes;
        }

        @Override
        public String toml() {
            return Integer.toString(bytes);
        }
    }

    /** Whether something is so. */
    record Flag(boolean set) implements Value {
        @Override
        public Object plain() {
            return set;
        }

        @Override
        public String toml() {
            return Boolean.toString(set);
        }
    }

    /** Fields of the thread's control block. */
    record Bounds(List<ThreadBlock.Field> fields) implements Value {
        @Override
        public Object plain() {
            return fields;
        }

        @Override
        public String toml() {
            if (fields.isEmpty()) {
                return "[]";
            }
            return fields.stream()
                    .map(field -> "    { name = " + quoted(field.name()) + ", offset = 0x"
                            + Integer.toHexString(field.offset()) + " },\n")
                    .collect(Collectors.joining("", "[\n", "]"));
        }
    }

    /** Returns a text between quotes. */
    static String quoted(String text) {
        return '"' + Toml.tomlEscape(text).toString() + '"';
    }
}
