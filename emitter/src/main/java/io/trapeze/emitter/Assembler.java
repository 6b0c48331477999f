// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.BranchRelaxation;
import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.isa.Descriptor;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Operand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes x86-64 machine code, one instruction a call.
 *
 * <p>The instruction methods are inherited from {@link Instructions}, one overload for each form of the table. Besides
 * them there are labels, data, alignment, symbols, and notes for the listing. {@link #finish} lays the code out and
 * returns it; the assembler can then be {@linkplain #clear cleared} and used again.
 *
 * <p>Not safe for use by several threads at once. It does not run anything: code is made executable elsewhere.
 */
public class Assembler extends Instructions {
    private final Recorder recorder;
    private final BranchRelaxation relaxation = new BranchRelaxation();
    private final List<BranchForms> branches = new ArrayList<>();
    private final List<Displacement> displacements = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final Map<String, Label> symbols = new LinkedHashMap<>();
    private int[] labelFixed = new int[8];
    private int[] labelGaps = new int[8];

    /** Where an unbound label is. */
    private static final int UNBOUND = -1;
    /** Where an external label is. */
    private static final int EXTERNAL = -2;

    /** The forms a branch may take; 0 where it lacks one. */
    private record BranchForms(long shortForm, long longForm) {}

    /** Bytes that hold a label's address: relative to {@code end}, or absolute if {@code end} is negative. */
    private record Displacement(int at, int end, int gaps, Label label, int addend) {}

    /** Makes an assembler that records what a listing shows. */
    public Assembler() {
        this(true);
    }

    /**
     * Makes an assembler.
     *
     * @param recording whether blobs keep their instructions for listings; without, a blob has bytes and symbols only
     */
    public Assembler(boolean recording) {
        this.recorder = recording ? new Recorder() : null;
    }

    // ---- labels and symbols -----------------------------------------------------------------------------------------

    /** Returns a new label, to be {@linkplain #bind bound} later. */
    public final Label label() {
        return label("L" + labels.size());
    }

    /** Returns a new label that listings call {@code name}. */
    public final Label label(String name) {
        return newLabel(name, false);
    }

    /** Returns a new label bound to this place. */
    public final Label here() {
        Label label = label();
        bind(label);
        return label;
    }

    /** Returns the label of a symbol that is defined elsewhere; references to it become relocations of the blob. */
    public final Label external(String symbol) {
        for (Label label : labels) {
            if (label.external() && label.name().equals(symbol)) {
                return label;
            }
        }
        return newLabel(symbol, true);
    }

    private Label newLabel(String name, boolean external) {
        int index = labels.size();
        if (index == labelFixed.length) {
            labelFixed = Arrays.copyOf(labelFixed, index * 2);
            labelGaps = Arrays.copyOf(labelGaps, index * 2);
        }
        labelFixed[index] = external ? EXTERNAL : UNBOUND;
        Label label = Label.of(this, index, name, external);
        labels.add(label);
        return label;
    }

    /**
     * Binds a label to this place.
     *
     * @throws EncodingException if it is bound already, external, or of another assembler
     */
    public final void bind(Label label) {
        checkOwn(label);
        if (label.external() || labelFixed[label.index()] != UNBOUND) {
            throw new EncodingException("label '" + label + "' is "
                    + (label.external() ? "external, so it has no place here" : "bound already: use a new label"));
        }
        labelFixed[label.index()] = position();
        labelGaps[label.index()] = relaxation.gaps();
    }

    /** Makes this place a symbol of the blob, and returns its label. */
    public final Label symbol(String name) {
        Label label = label(name);
        bind(label);
        symbol(name, label);
        return label;
    }

    /**
     * Makes a label's place a symbol of the blob.
     *
     * @throws EncodingException if the name is taken
     */
    public final void symbol(String name, Label label) {
        checkOwn(label);
        if (symbols.putIfAbsent(name, label) != null) {
            throw new EncodingException("symbol '" + name + "' is defined twice: choose another name");
        }
    }

    @Override
    final void checkOwn(Label label) {
        if (!label.belongsTo(this)) {
            throw new EncodingException(
                    "label '" + label + "' belongs to another assembler or to code already finished");
        }
    }

    // ---- what is no instruction -------------------------------------------------------------------------------------

    /** Puts LOCK before the next instruction: {@code a.lock().xadd(qword(rdi), rax)}. */
    public final Assembler lock() {
        lockNext();
        return this;
    }

    /** Appends bytes. */
    public final void db(int... values) {
        byte[] data = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < -128 || values[i] > 255) {
                throw new EncodingException("db: " + values[i] + " is no byte; it must be in -128 … 255");
            }
            data[i] = (byte) values[i];
        }
        data(data, null);
    }

    /** Appends bytes. */
    public final void db(byte[] bytes) {
        data(bytes, null);
    }

    /** Appends 32-bit values. */
    public final void dd(int... values) {
        byte[] data = new byte[values.length * 4];
        for (int i = 0; i < values.length; i++) {
            LittleEndian.put4(data, i * 4, values[i]);
        }
        data(data, null);
    }

    /** Appends 64-bit values. */
    public final void dq(long... values) {
        byte[] data = new byte[values.length * 8];
        for (int i = 0; i < values.length; i++) {
            LittleEndian.put8(data, i * 8, values[i]);
        }
        data(data, null);
    }

    /** Appends the 64-bit address of an {@linkplain #external external} symbol, as a relocation. */
    public final void dq(Label symbol) {
        checkOwn(symbol);
        if (!symbol.external()) {
            throw new EncodingException(
                    "dq: label '" + symbol
                            + "' is local, and code does not know where it will be mapped: use lea with a rip-relative address");
        }
        displacements.add(new Displacement(position(), -1, relaxation.gaps(), symbol, 0));
        data(new byte[8], symbol);
    }

    /** Appends a string in UTF-8 and a zero byte. */
    public final void asciz(String text) {
        db(Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8).length + 1));
    }

    private void data(byte[] data, Label label) {
        int start = position();
        appendData(data);
        if (recorder != null) {
            recorder.add(Recorder.DATA, start, relaxation.gaps(), label);
        }
    }

    /**
     * Pads with {@code nop}s up to a multiple of {@code bytes} from the blob's start.
     *
     * @param bytes a power of two, 1 to 4,096; a blob is mapped at a multiple of at least 16
     */
    public final void align(int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes > 4096) {
            throw new EncodingException("align: " + bytes + " is not a power of two in 1 … 4096");
        }
        refuseLockBeforeData();
        branches.add(null);
        relaxation.addAlignment(position(), bytes);
        if (recorder != null) {
            recorder.add(Recorder.PADDING, position(), relaxation.gaps() - 1, null);
        }
    }

    /** Notes why the next instruction is there, for the listing. */
    public final Assembler because(String reason) {
        if (recorder != null) {
            recorder.reason(reason);
        }
        return this;
    }

    /** Notes which rule of the ABI description the next instruction serves, for example {@code stack.shadow}. */
    public final Assembler serves(String rule) {
        if (recorder != null) {
            recorder.rule(rule);
        }
        return this;
    }

    /** Returns the bytes emitted so far, every branch counted with its shortest form and alignment with none. */
    public final int sizeSoFar() {
        return position();
    }

    // ---- from the encoder -------------------------------------------------------------------------------------------

    @Override
    final void emitted(int form, int start, Label label) {
        if (recorder != null) {
            recorder.add(form, start, relaxation.gaps(), label);
        }
    }

    @Override
    final void branch(long shortForm, long longForm, Label target) {
        checkOwn(target);
        refuseLock(longForm != 0 ? longForm : shortForm);
        branches.add(new BranchForms(shortForm, longForm));
        if (recorder != null) {
            recorder.add(Recorder.BRANCH, position(), relaxation.gaps(), target);
        }
        relaxation.addBranch(
                position(),
                target.index(),
                shortForm == 0 ? 0 : 2,
                longForm == 0 ? 0 : Descriptor.map(longForm) == 0 ? 5 : 6);
    }

    @Override
    final void labelDisplacement(int at, int end, Label label, int addend) {
        displacements.add(new Displacement(at, end, relaxation.gaps(), label, addend));
    }

    /**
     * Emits the first form of {@code mnemonic} that takes these operands: what the typed methods do, for operands that
     * are known only at run time.
     *
     * @param mnemonic in lower case, any of the mnemonic's names
     * @throws EncodingException if no form takes the operands
     */
    public final void emit(String mnemonic, Operand... operands) {
        FormSelector.emit(this, mnemonic, operands);
    }

    // ---- finishing --------------------------------------------------------------------------------------------------

    /**
     * Lays the code out: chooses branch forms, computes displacements, and returns the blob. The assembler is then empty
     * again, and its labels are spent.
     *
     * @param name the blob's name, for listings and object files
     * @throws EncodingException if a label that is used was never bound, or a branch without a long form does not reach
     */
    public final CodeBlob finish(String name) {
        refuseLockBeforeData();
        requireBound();
        relaxation.solve(labelFixed, labelGaps);
        byte[] bytes = new byte[relaxation.position(position(), relaxation.gaps())];
        List<Relocation> relocations = new ArrayList<>();
        int copied = 0;
        for (int i = 0; i < relaxation.gaps(); i++) {
            int fixed = relaxation.fixedBefore(i);
            System.arraycopy(code(), copied, bytes, relaxation.start(i) - (fixed - copied), fixed - copied);
            copied = fixed;
            if (relaxation.isBranch(i)) {
                putBranch(bytes, i, relocations);
            } else {
                Padding.fill(bytes, relaxation.start(i), relaxation.end(i));
            }
        }
        System.arraycopy(code(), copied, bytes, bytes.length - (position() - copied), position() - copied);
        for (Displacement d : displacements) {
            putDisplacement(bytes, d, relocations);
        }
        Map<String, Integer> offsets = new LinkedHashMap<>();
        symbols.forEach((symbol, label) -> offsets.put(symbol, offset(label)));
        List<Instruction> instructions =
                recorder == null ? List.of() : recorder.instructions(bytes, relaxation, this::formOf, this::offset);
        CodeBlob blob = new CodeBlob(name, bytes, offsets, relocations, instructions);
        clear();
        return blob;
    }

    /** Drops everything emitted; labels made before are spent. */
    public final void clear() {
        clearCode();
        relaxation.clear();
        branches.clear();
        displacements.clear();
        labels.clear();
        symbols.clear();
        if (recorder != null) {
            recorder.clear();
        }
    }

    private void requireBound() {
        for (Label label : labels) {
            if (labelFixed[label.index()] == UNBOUND && isUsed(label)) {
                throw new EncodingException(
                        "label '" + label + "' is used but was never bound: call bind(label) where it belongs");
            }
        }
    }

    private boolean isUsed(Label label) {
        for (int i = 0; i < relaxation.gaps(); i++) {
            if (relaxation.isBranch(i) && relaxation.label(i) == label.index()) {
                return true;
            }
        }
        return displacements.stream().anyMatch(d -> d.label() == label) || symbols.containsValue(label);
    }

    /** Returns a label's final offset; −1 for one that is not bound or external. */
    private int offset(Label label) {
        int fixed = labelFixed[label.index()];
        return fixed < 0 ? -1 : relaxation.position(fixed, labelGaps[label.index()]);
    }

    private int formOf(int gap) {
        BranchForms forms = branches.get(gap);
        return Descriptor.id(relaxation.isLong(gap) ? forms.longForm() : forms.shortForm());
    }

    private void putBranch(byte[] bytes, int gap, List<Relocation> relocations) {
        Label target = labels.get(relaxation.label(gap));
        int end = relaxation.end(gap);
        int distance = target.external() ? 0 : offset(target) - end;
        int p = relaxation.start(gap);
        if (relaxation.isLong(gap)) {
            long form = branches.get(gap).longForm();
            if (Descriptor.map(form) == 1) {
                bytes[p++] = 0x0F;
            }
            bytes[p] = (byte) Descriptor.opcode(form);
            LittleEndian.put4(bytes, end - 4, distance);
            if (target.external()) {
                relocations.add(new Relocation(end - 4, Relocation.Kind.RELATIVE_32, target.name(), -4));
            }
        } else {
            long form = branches.get(gap).shortForm();
            if (target.external() || distance != (byte) distance) {
                throw EncodingException.refused(
                        InstructionTable.shipped().form(Descriptor.id(form)).mnemonic(),
                        List.of(target),
                        "the target is " + distance + " bytes away, and this instruction reaches only -128 … 127:"
                                + " branch around a jmp");
            }
            bytes[p] = (byte) Descriptor.opcode(form);
            bytes[p + 1] = (byte) distance;
        }
    }

    private void putDisplacement(byte[] bytes, Displacement d, List<Relocation> relocations) {
        int at = relaxation.position(d.at(), d.gaps());
        if (d.end() < 0) {
            relocations.add(
                    new Relocation(at, Relocation.Kind.ABSOLUTE_64, d.label().name(), d.addend()));
            return;
        }
        int end = relaxation.position(d.end(), d.gaps());
        if (d.label().external()) {
            relocations.add(
                    new Relocation(at, Relocation.Kind.RELATIVE_32, d.label().name(), (long) d.addend() + at - end));
        } else {
            LittleEndian.put4(bytes, at, offset(d.label()) + d.addend() - end);
        }
    }
}
