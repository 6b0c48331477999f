// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import io.trapeze.trampolines.abi.Abi;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What C and C++ programs include to call the primitives of an object file: layouts as constants and as structures, and
 * prototypes.
 *
 * <p>The compiler itself checks that each structure has the layout of the constants.
 */
public final class CHeader {
    /** How GCC and Clang name a calling convention in a declaration. */
    private static final Map<Abi, String> ATTRIBUTES = Map.of(Abi.SYSTEM_V, "sysv_abi", Abi.WIN64, "ms_abi");

    /** A name that is no keyword of C or C++, no macro, and no field of ours. */
    private static final Pattern OUT_OF_THE_WAY = Pattern.compile("[A-Z]\\w*[a-z]\\w*");

    private record Field(String name, int offset, int size) {}

    private final StringBuilder text = new StringBuilder();

    private CHeader() {}

    /**
     * Returns the header.
     *
     * @param primitives those that get a prototype; none does if no compiler has the ABI
     */
    public static String of(Abi abi, Collection<Primitive> primitives) {
        CHeader header = new CHeader();
        header.write(abi, primitives.isEmpty() ? List.of() : EnumSet.copyOf(primitives));
        return header.text.toString();
    }

    private void write(Abi abi, Collection<Primitive> primitives) {
        String guard = "TRAPEZE_" + constant(abi.name()) + "_H";
        line("/* Context-switch primitives for ABI %s: layouts in bytes, and prototypes. */", inComment(abi.name()));
        line("#ifndef %s", guard);
        line("#define %s", guard);
        line("");
        line("#include <stddef.h>");
        line("#include <stdint.h>");
        line("");
        line("#if defined(__cplusplus) && __cplusplus >= 201103L");
        line("#define TRAPEZE_CHECK(condition) static_assert(condition, #condition)");
        line("#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L");
        line("#define TRAPEZE_CHECK(condition) _Static_assert(condition, #condition)");
        line("#else");
        line("#define TRAPEZE_CHECK(condition) struct trapeze_check");
        line("#endif");
        line("");
        constants(abi);
        structure(
                "gobuf",
                "The state of a goroutine that gave up the processor by a call.",
                gobuf(abi),
                Gobuf.of(abi).size());
        for (SaveSet set : SaveSet.values()) {
            PreemptFrame frame = new PreemptFrame(set);
            line("/* Most stack that a preemption takes, down to the entry of async_preempt2. */");
            line("#define TRAPEZE_PREEMPT_STACK_%s %d", constant(set.label()), AsyncPreempt.stackBytes(abi, set));
            String what = "What async_preempt builds below the resume address with save set " + set.label()
                    + ", the resume address included.";
            int end = frame.size() + 8;
            structure(identifier("preempt_frame_" + set.label()), what, frame(frame), end);
        }
        prototypes(abi, primitives);
        line("#endif");
    }

    private void constants(Abi abi) {
        line(
                "/* RSP is a multiple of this before a call; a caller leaves the shadow space above the return address. */");
        line("#define TRAPEZE_STACK_ALIGNMENT %d", abi.stack().alignment());
        line("#define TRAPEZE_SHADOW_SPACE %d", abi.stack().shadow());
        line("/* Bytes that an interrupt leaves untouched below RSP. */");
        line("#define TRAPEZE_INTERRUPT_SKIP %d", abi.stack().interruptSkip());
        line("");
    }

    private static List<Field> gobuf(Abi abi) {
        Gobuf gobuf = Gobuf.of(abi);
        Set<Integer> others = abi.threadFields().stream().map(gobuf::offset).collect(Collectors.toSet());
        Set<String> taken = new HashSet<>();
        return gobuf.rows().stream()
                .map(row -> new Field(
                        others.contains(row.offset()) ? member(row.name(), taken) : identifier(row.name()),
                        row.offset(),
                        row.size()))
                .toList();
    }

    /** What a thread block's field is called, which whoever described it could name as they liked. */
    private static String member(String name, Set<String> taken) {
        String member = identifier(name);
        if (!OUT_OF_THE_WAY.matcher(member).matches() || member.equalsIgnoreCase("size")) {
            member = "thread_" + member;
        }
        while (!taken.add(constant(member))) {
            member = "thread_" + member;
        }
        return member;
    }

    private static List<Field> frame(PreemptFrame frame) {
        return frame.rows().stream()
                .map(row -> new Field(identifier(row.name()), row.offset(), row.size()))
                .toList();
    }

    private void structure(String name, String what, List<Field> fields, int size) {
        String prefix = "TRAPEZE_" + constant(name) + "_";
        line("/* %s */", what);
        for (Field field : fields) {
            line("#define %s%s %d", prefix, constant(field.name()), field.offset());
        }
        line("#define %sSIZE %d", prefix, size);
        line("struct trapeze_%s {", name);
        int end = 0;
        for (Field field : fields) {
            pad(end, field.offset());
            line("    %s;", declaration(field));
            end = field.offset() + field.size();
        }
        pad(end, size);
        line("};");
        for (Field field : fields) {
            String member = "offsetof(struct trapeze_%s, %s)".formatted(name, field.name());
            line("TRAPEZE_CHECK(%s == %s%s);", member, prefix, constant(field.name()));
        }
        line("TRAPEZE_CHECK(sizeof(struct trapeze_%s) == %sSIZE);", name, prefix);
        line("");
    }

    private void pad(int from, int to) {
        if (to > from) {
            line("    unsigned char unused_%d[%d];", from, to - from);
        }
    }

    /** Vectors are bytes: they are not aligned. */
    private static String declaration(Field field) {
        return switch (field.size()) {
            case 2, 4, 8 -> "uint" + 8 * field.size() + "_t " + field.name();
            default -> "unsigned char " + field.name() + "[" + field.size() + "]";
        };
    }

    private void prototypes(Abi abi, Collection<Primitive> primitives) {
        Optional<Abi> known =
                ATTRIBUTES.keySet().stream().filter(a -> calledAlike(a, abi)).findFirst();
        if (known.isEmpty()) {
            line(
                    "/* No prototypes: compilers have no name for the calling convention of ABI %s. */",
                    inComment(abi.name()));
            line("");
            return;
        }
        line("#ifdef __cplusplus");
        line("extern \"C\" {");
        line("#endif");
        line("#define TRAPEZE_ABI __attribute__((%s))", ATTRIBUTES.get(known.get()));
        if (abi.stack().interruptSkip() < known.get().stack().redZone()) {
            line("/* What async_preempt may interrupt has to be compiled with -mno-red-zone. */");
        }
        for (Primitive primitive : primitives) {
            prototype(abi, primitive);
        }
        line("#ifdef __cplusplus");
        line("}");
        line("#endif");
        line("");
    }

    /** Whether a compiler calls by both in the same way: all but what lies below RSP, and what only the primitives look at. */
    private static boolean calledAlike(Abi one, Abi other) {
        return one.arguments().equals(other.arguments())
                && one.results().equals(other.results())
                && one.preserved().equals(other.preserved())
                && one.controlWords().equals(other.controlWords())
                && one.calls().equals(other.calls())
                && one.pinned().equals(other.pinned())
                && one.stack().alignment() == other.stack().alignment()
                && one.stack().shadow() == other.stack().shadow()
                && one.stack().spill() == other.stack().spill();
    }

    private void prototype(Abi abi, Primitive primitive) {
        String g0 = !SystemStack.takesG0(abi) ? "" : ", const struct trapeze_gobuf *g0";
        String symbol = primitive.symbol();
        switch (primitive) {
            case GOGO -> {
                line("/* Resumes what the Gobuf holds; does not return. */");
                line("TRAPEZE_ABI void %s(const struct trapeze_gobuf *gobuf) __attribute__((noreturn));", symbol);
            }
            case MCALL -> {
                line(
                        "/* Keeps the caller in sched and runs fn(g) on g0's stack, which must not return; returns when sched is"
                                + " resumed. */");
                line(
                        "TRAPEZE_ABI void %s(void *g, struct trapeze_gobuf *sched, const struct trapeze_gobuf *g0,",
                        symbol);
                line("        void (TRAPEZE_ABI *fn)(void *g));");
            }
            case SYSTEMSTACK -> {
                line("/* Calls thunk(argument) on g0's stack, below g0sp, and returns its result. */");
                line(
                        "TRAPEZE_ABI uint64_t %s(uint64_t g0sp, void *argument, uint64_t (TRAPEZE_ABI *thunk)(void *)%s);",
                        symbol, g0);
            }
            case ASYNC_PREEMPT -> {
                line(
                        "/* Where a signal handler sends a thread: not to be called. It calls %s, which is yours. */",
                        AsyncPreempt.CALLEE);
                line("void %s(void);", symbol);
                line("TRAPEZE_ABI void %s(void);", AsyncPreempt.CALLEE);
            }
        }
    }

    /** A name may have in it what ends a comment, or warns in one. */
    private static String inComment(String name) {
        return name.replace("*/", "* /").replace("/*", "/ *");
    }

    private static String identifier(String name) {
        return name.replaceAll("\\W+", "_");
    }

    private static String constant(String name) {
        return identifier(name).toUpperCase(Locale.ROOT);
    }

    private void line(String format, Object... values) {
        text.append(format.formatted(values)).append('\n');
    }
}
