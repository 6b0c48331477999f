// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.emitter.CodeBlob;
import io.trapeze.trampolines.Signature.Type;
import io.trapeze.trampolines.abi.Abi;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A call from C to C with a signature of its own: one function that calls and checks the result, one that checks its arguments.
 *
 * @param number its place among the calls
 * @param types C's types of the arguments
 * @param values what is passed, as C writes it
 * @param result C's type of the result, maybe {@code void}
 * @param returned what is returned
 */
record GccCall(int number, Abi from, List<String> types, List<String> values, String result, String returned) {
    private static final List<String> INTEGERS = List.of(
            "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "long", "unsigned long");
    private static final List<String> FLOATS = List.of("float", "double");

    /** Makes a call with up to twelve integers and twelve floating-point numbers in any order. */
    static GccCall random(int number, Random random) {
        List<String> types = new ArrayList<>();
        pick(types, INTEGERS, random.nextInt(13), random);
        pick(types, FLOATS, random.nextInt(13), random);
        Collections.shuffle(types, random);
        List<String> results = new ArrayList<>(List.of("void", "long", "float", "double"));
        pick(results, INTEGERS, 2, random);
        String result = results.get(random.nextInt(results.size()));
        return new GccCall(
                number,
                number % 2 == 0 ? Abi.WIN64 : Abi.SYSTEM_V,
                types,
                types.stream().map(type -> value(type, random)).toList(),
                result,
                result.equals("void") ? "" : value(result, random));
    }

    private static void pick(List<String> types, List<String> from, int count, Random random) {
        for (int i = 0; i < count; i++) {
            types.add(from.get(random.nextInt(from.size())));
        }
    }

    private static String value(String type, Random random) {
        return FLOATS.contains(type)
                ? "(%s) %d.%d".formatted(type, random.nextInt(), random.nextInt(1000))
                : "(%s) 0x%xUL".formatted(type, random.nextLong());
    }

    private Abi to() {
        return from.equals(Abi.WIN64) ? Abi.SYSTEM_V : Abi.WIN64;
    }

    private static Type type(String name) {
        return name.equals("float") ? Type.F32 : name.equals("double") ? Type.F64 : Type.I64;
    }

    CodeBlob bridge() {
        Optional<Type> returned = result.equals("void") ? Optional.empty() : Optional.of(type(result));
        Signature signature = new Signature(types.stream().map(GccCall::type).toList(), returned);
        return CallBridge.of(signature, from, to())
                .emit("bridge_" + number, new BridgeTarget.Symbol("callee_" + number));
    }

    /** Returns both functions in C. */
    String functions() {
        String parameters = IntStream.range(0, types.size())
                .mapToObj(i -> types.get(i) + " a" + i)
                .collect(Collectors.joining(", "));
        String checks = IntStream.range(0, types.size())
                .mapToObj(i -> "(unsigned long) (a%d != %s) << %d".formatted(i, values.get(i), i))
                .collect(Collectors.joining(" | "));
        String call = "((%s (%s *)(%s)) guard_%s)(%s)"
                .formatted(
                        result,
                        from.name(),
                        types.isEmpty() ? "void" : String.join(", ", types),
                        from.name(),
                        String.join(", ", values));
        return """
                %2$s %3$s callee_%1$d(%4$s) {
                    wrong[%1$d] = %5$s;
                    trash_%2$s();
                    return %6$s;
                }
                extern void bridge_%1$d(void);
                void caller_%1$d(void) {
                    guard_target = bridge_%1$d;
                    %7$s
                }
                """.formatted(
                        number,
                        to().name(),
                        result,
                        types.isEmpty() ? "void" : parameters,
                        types.isEmpty() ? "0" : checks,
                        returned,
                        result.equals("void")
                                ? call + ";"
                                : "wrong[%d] |= (unsigned long) (%s != %s) << 62;".formatted(number, call, returned));
    }
}
