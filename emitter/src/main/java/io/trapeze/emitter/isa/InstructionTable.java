// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.isa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * All instruction forms, in table order.
 *
 * <p>The typed methods do not need it: it is read when a listing, a message or a look-up by name asks for it first.
 */
public final class InstructionTable {
    private final List<Form> forms;
    /** By a form's id, 0 before it is asked for. */
    private final long[] descriptors;

    private final Map<String, List<Form>> byName;
    private final Map<String, List<Form>> byPrintedName;

    InstructionTable(List<Form> forms) {
        this.forms = List.copyOf(forms);
        this.descriptors = new long[forms.size()];
        Map<String, List<Form>> names = new LinkedHashMap<>();
        Map<String, List<Form>> printed = new HashMap<>();
        for (Form form : forms) {
            for (String name : form.names()) {
                names.computeIfAbsent(name, n -> new ArrayList<>()).add(form);
            }
            form.printedName()
                    .ifPresent(name -> printed.computeIfAbsent(name, n -> new ArrayList<>())
                            .add(form));
        }
        names.replaceAll((name, list) -> List.copyOf(list));
        this.byName = names;
        this.byPrintedName = printed;
    }

    /** Returns the shipped table. */
    public static InstructionTable shipped() {
        return Shipped.TABLE;
    }

    /** Returns every form; a form's place in the list is its {@link Form#id()}. */
    public List<Form> forms() {
        return forms;
    }

    /** Returns the form with this id. */
    public Form form(int id) {
        return forms.get(id);
    }

    /** Returns the {@link Descriptor} of a form of this table. Threads that ask at once reckon the same. */
    public long descriptor(Form form) {
        if (descriptors[form.id()] == 0) {
            descriptors[form.id()] = Descriptor.of(form);
        }
        return descriptors[form.id()];
    }

    /**
     * Returns the forms of a mnemonic, in order of preference; empty if unknown.
     *
     * @param mnemonic in lower case, any of its names; or what disassemblers print for some of its forms, which gives these
     */
    public List<Form> named(String mnemonic) {
        List<Form> named = byName.get(mnemonic);
        return named != null ? named : byPrintedName.getOrDefault(mnemonic, List.of());
    }

    /** Returns every mnemonic, other names included. */
    public Set<String> mnemonics() {
        return byName.keySet();
    }

    /**
     * Finds the form that moves between registers in the other direction, where taking it can shorten the VEX prefix.
     *
     * @param form a form whose operands all are registers in the instruction at hand
     * @see Guard#isShorterReversed
     */
    public Optional<Form> reversed(Form form) {
        Encoding encoding = form.encoding();
        boolean mayBeShort = encoding.prefixing() == Encoding.Prefixing.VEX && encoding.map() == 1 && !encoding.w();
        if (!mayBeShort || form.opEn() != OpEn.RM && form.opEn() != OpEn.RVM) {
            return Optional.empty();
        }
        OpEn back = form.opEn() == OpEn.RM ? OpEn.MR : OpEn.MVR;
        return named(form.mnemonic()).stream()
                .filter(other -> other.opEn() == back
                        && other.encoding().prefixing() == Encoding.Prefixing.VEX
                        && other.hasRegistersOf(form))
                .findFirst();
    }

    /** Holds the shipped table, read on first use. */
    private static final class Shipped {
        static final InstructionTable TABLE = new InstructionTable(read());

        private static List<Form> read() {
            try (InputStream in = InstructionTable.class.getResourceAsStream(PackedForms.RESOURCE)) {
                Objects.requireNonNull(in, "the instruction table is missing from the emitter's jar: rebuild it");
                return new PackedForms(in.readAllBytes()).read();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the instruction table " + PackedForms.RESOURCE, e);
            }
        }
    }
}
