// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.trampolines.abi.ArgumentRules.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a function takes and returns, as far as calling conventions tell values apart.
 *
 * @param arguments types of the arguments, in order
 * @param result type of the result; empty if there is none
 */
public record Signature(List<Type> arguments, Optional<Type> result) {
    /** The type of a value. */
    public enum Type {
        /** An integer of up to 64 bits or a pointer. Narrower ones travel in 64 bits, and what lies above them is carried along. */
        I64(Kind.INTEGER),
        /** A floating-point number of 32 bits. */
        F32(Kind.VECTOR),
        /** A floating-point number of 64 bits. */
        F64(Kind.VECTOR);

        private final Kind kind;

        Type(Kind kind) {
            this.kind = kind;
        }

        /** Returns the class of registers that such values travel in. */
        public Kind kind() {
            return kind;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the list. */
    public Signature {
        arguments = List.copyOf(arguments);
    }

    /** Returns a signature without a result. */
    public static Signature of(Type... arguments) {
        return new Signature(List.of(arguments), Optional.empty());
    }

    /** Returns this signature with a result. */
    public Signature returning(Type type) {
        return new Signature(arguments, Optional.of(type));
    }

    /**
     * Reads what {@link #toString} writes: {@code i64 f64 -> f32}; without an arrow there is no result.
     *
     * @throws IllegalArgumentException if a word is no type; the message names it and those there are
     */
    public static Signature parse(String text) {
        String[] parts = text.split("->", 2);
        List<Type> arguments = types(parts[0]);
        List<Type> results = parts.length == 1 ? List.of() : types(parts[1]);
        if (results.size() > 1) {
            throw new IllegalArgumentException("'" + text + "' has " + results.size()
                    + " results, and a function returns one or none: leave one behind the arrow");
        }
        return new Signature(arguments, results.stream().findFirst());
    }

    private static List<Type> types(String words) {
        List<Type> types = new ArrayList<>();
        for (String word : words.split("[\\s,]+")) {
            if (!word.isEmpty()) {
                types.add(Arrays.stream(Type.values())
                        .filter(type -> type.toString().equals(word))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is no type: write one of "
                                + Arrays.toString(Type.values()) + ", pointers and narrower integers as i64")));
            }
        }
        return types;
    }

    /** Returns the classes of the arguments' registers, in order. */
    Kind[] kinds() {
        return arguments.stream().map(Type::kind).toArray(Kind[]::new);
    }

    /** Whether the result, if there is one, is of a class. */
    boolean returns(Kind kind) {
        return result.isPresent() && result.get().kind() == kind;
    }

    @Override
    public String toString() {
        return Stream.concat(
                        arguments.stream().map(Type::toString), result.stream().map(type -> "-> " + type))
                .collect(Collectors.joining(" "));
    }
}
