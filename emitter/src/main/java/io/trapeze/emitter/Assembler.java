// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter;

import io.trapeze.emitter.encoding.LittleEndian;
import io.trapeze.emitter.operand.Decoration;
import io.trapeze.emitter.operand.Label;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.operand.Segment;
import io.trapeze.emitter.text.Source;
import io.trapeze.emitter.text.TextAssembler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Writes x86-64 machine code, one instruction a call.
 *
 * <p>The instruction methods are inherited from {@link Instructions}, one overload for each form of the table; those that
 * few programs use are methods of what {@link #sse()}, {@link #x87()}, {@link #avx()}, {@link #avx512()} and
 * {@link #supervisor()} return. Besides them there are labels, data, alignment, symbols, and notes for the listing.
 * {@link #finish} lays the code out and returns it; the assembler can then be used again for other code.
 *
 * <p>A refused instruction ({@link EncodingException}) leaves nothing behind: the next one stands where it would have
 * stood. Methods throw {@link NullPointerException} for a null argument, and emit nothing; what was said of the instruction,
 * such as {@link #lock}, then waits for the next one.
 *
 * <p>Not safe for use by several threads at once. It does not run anything: code is made executable elsewhere.
 */
public class Assembler extends Instructions {
    private static final int LARGEST_ALIGNMENT = 4096;

    private final Recorder recorder;
    /** Made with the first label or alignment. */
    private Layout layout;
    /** How many bytes a distance may take, those of data or of an immediate; and where they ended, in bytes and gaps. */
    private int changeable;

    private int changeableEnd;
    private int changeableGaps;

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
        super(recording);
        this.recorder = recording ? new Recorder() : null;
    }

    // ---- text -------------------------------------------------------------------------------------------------------

    /**
     * Returns the code of a text in Intel syntax, one instruction or many, as GNU as and llvm-mc read it.
     *
     * @throws io.trapeze.emitter.text.SourceException if it has errors, with the place of each
     */
    public static CodeBlob parse(String text) {
        return TextAssembler.blob(Source.of(text));
    }

    /**
     * Appends the code of a text in Intel syntax. Its labels are its own; those that it declares {@code .globl} become symbols.
     *
     * @throws io.trapeze.emitter.text.SourceException if it has errors; then nothing has been appended
     * @throws EncodingException if something has been said of the next instruction, such as {@link #lock}: the text says it itself
     */
    public final Assembler assemble(String text) {
        new TextAssembler(this).assemble(Source.of(text));
        return this;
    }

    // ---- labels and symbols -----------------------------------------------------------------------------------------

    /** Returns a new label, to be {@linkplain #bind bound} later. */
    public final Label label() {
        return layout().labels().add();
    }

    /**
     * Returns a new label that listings call {@code name}; a second one of that name gets a number behind it there.
     *
     * @throws EncodingException if the name is empty or has control characters
     */
    public final Label label(String name) {
        requireName(name);
        return layout().labels().add(name);
    }

    /** Returns a new label bound to this place. */
    public final Label here() {
        Label label = label();
        bind(label);
        return label;
    }

    /**
     * Returns the label of a symbol that is defined elsewhere; references to it become relocations of the blob. So do those to a
     * symbol of this code, by this label: the linker then puts in where it is.
     *
     * @throws EncodingException if the name is empty or has control characters
     */
    public final Label external(String symbol) {
        requireName(symbol);
        return layout().labels().external(symbol);
    }

    /**
     * Binds a label to this place.
     *
     * @throws EncodingException if it is bound already, external, or of another assembler
     */
    public final void bind(Label label) {
        requireUnbound(label);
        layout.labels().bind(label, position(), gaps());
    }

    /**
     * Binds a label to the place that is some bytes away from a bound label.
     *
     * @throws EncodingException if {@code label} can't be bound, {@code base} is not, or fewer bytes than that stand before it
     *     that are no branches and no padding
     */
    public final void bind(Label label, Label base, int bytes) {
        checkOwn(base);
        requireUnbound(label);
        if (!layout.labels().bind(label, base, bytes)) {
            throw refused("label '" + label + "' would be " + bytes + " bytes from '" + base
                    + "', which is not bound or too near to the code's start");
        }
    }

    private void requireUnbound(Label label) {
        checkOwn(label);
        if (label.external() || layout.labels().isBound(label)) {
            throw refused("label '" + label + "' is "
                    + (label.external() ? "external, so it has no place here" : "bound already: use a new label"));
        }
    }

    /**
     * Returns the bytes from one label to another, if both are bound and nothing between them can still change its size.
     *
     * @throws EncodingException if a label is of another assembler
     */
    public final OptionalInt distance(Label from, Label to) {
        checkOwn(from);
        checkOwn(to);
        return layout.labels().distance(from, to);
    }

    /**
     * Makes the last bytes emitted, of data or of an immediate by {@link #emit}, the distance between two labels plus {@code addend}.
     *
     * @param bytes how many bytes, 1, 2, 4 or 8; if they do not hold it, the code cannot be {@linkplain #finish finished}
     * @throws EncodingException if the last bytes are no such, or a label is external or of another assembler
     */
    public final void endWithDistance(int bytes, Label from, Label to, long addend) {
        checkOwn(from);
        checkOwn(to);
        int room = changeableEnd == position() && changeableGaps == gaps() ? Math.min(changeable, Long.BYTES) : 0;
        if (Integer.bitCount(bytes) != 1 || bytes < 1 || bytes > room) {
            throw refused(
                    "a distance takes the last 1, 2, 4 or 8 bytes of data or of an immediate just emitted: there are "
                            + room + ", not " + bytes);
        }
        if (from.external() || to.external()) {
            throw refused("the distance from '" + from + "' to '" + to
                    + "' is unknown, because one of them is external: only both of this code have one");
        }
        layout.addDistance(position() - bytes, bytes, from, to, addend);
    }

    /**
     * Makes this place a symbol of the blob, and returns its label.
     *
     * @throws EncodingException if the name is taken, empty or has control characters
     */
    public final Label symbol(String name) {
        Label label = label(name);
        symbol(name, label);
        bind(label);
        return label;
    }

    /**
     * Makes a label's place a symbol of the blob.
     *
     * @throws EncodingException if the name is taken, empty or has control characters, or the label is external
     */
    public final void symbol(String name, Label label) {
        requireName(name);
        checkOwn(label);
        if (label.external()) {
            throw refused("symbol '" + name + "' cannot stand for the external label '" + label
                    + "': it is defined elsewhere, so it has no place here");
        }
        if (layout.symbols().putIfAbsent(name, label) != null) {
            throw refused("symbol '" + name + "' is defined twice: choose another name");
        }
    }

    /** Refuses what neither listings nor object files can have as a name. */
    private void requireName(String name) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw refused(
                    "a name has one character at least, and none that is a control character: choose another, or call"
                            + " label() for a label without a name");
        }
    }

    private Layout layout() {
        if (layout == null) {
            layout = new Layout();
        }
        return layout;
    }

    private int gaps() {
        return layout == null ? 0 : layout.relaxation().gaps();
    }

    @Override
    final void checkOwn(Label label) {
        if (!layout().labels().owns(label)) {
            throw refused("label '" + label
                    + "' belongs to another assembler or to code already finished: make one with label() here");
        }
    }

    // ---- what is no instruction -------------------------------------------------------------------------------------

    /**
     * Puts LOCK before the next instruction: {@code a.lock().xadd(qword(rdi), rax)}.
     *
     * @throws EncodingException if it has been said already; that the instruction takes none, the instruction says
     */
    public final Assembler lock() {
        return decorate(new Decoration(Decoration.LOCK));
    }

    /**
     * Puts FS before the next instruction, for memory that is no operand of it: {@code a.fs().lodsq()}.
     *
     * @throws EncodingException if a segment has been said already
     */
    public final Assembler fs() {
        return decorate(Decoration.in(Segment.FS));
    }

    /**
     * Puts GS before the next instruction, for memory that is no operand of it: {@code a.gs().repMovsb()}.
     *
     * @throws EncodingException if a segment has been said already
     */
    public final Assembler gs() {
        return decorate(Decoration.in(Segment.GS));
    }

    /**
     * Says of the next instruction what is known only at run time; {@link #emit} is the same for operands.
     *
     * @throws EncodingException if something of the sort has been said already
     */
    public final Assembler decorate(Decoration decoration) {
        decorateNext(decoration.bits());
        return this;
    }

    /**
     * Appends bytes.
     *
     * @param values each −128 to 255
     * @throws EncodingException if one is not, or what was said of the next instruction waits for it
     */
    public final Assembler db(int... values) {
        byte[] data = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < -128 || values[i] > 255) {
                throw refused("db: " + values[i] + " is no byte; it must be in -128 … 255");
            }
            data[i] = (byte) values[i];
        }
        return data(data, null);
    }

    /** Appends bytes. */
    public final Assembler db(byte[] bytes) {
        return data(bytes, null);
    }

    /** Appends 32-bit values. */
    public final Assembler dd(int... values) {
        byte[] data = new byte[values.length * 4];
        for (int i = 0; i < values.length; i++) {
            LittleEndian.put4(data, i * 4, values[i]);
        }
        return data(data, null);
    }

    /** Appends 64-bit values. */
    public final Assembler dq(long... values) {
        byte[] data = new byte[values.length * 8];
        for (int i = 0; i < values.length; i++) {
            LittleEndian.put(data, i * 8, values[i], 8);
        }
        return data(data, null);
    }

    /**
     * Appends the 64-bit address of an {@linkplain #external external} symbol, as a relocation.
     *
     * @throws EncodingException if the label is not external, or of another assembler
     */
    public final Assembler dq(Label symbol) {
        checkOwn(symbol);
        if (!symbol.external()) {
            throw refused(
                    "dq: label '" + symbol
                            + "' is local, and code does not know where it will be mapped: use lea with a rip-relative address");
        }
        int at = position();
        data(new byte[8], symbol);
        layout.addDisplacement(at, Layout.ABSOLUTE, symbol, 0);
        return this;
    }

    /** Appends a string in UTF-8 and a zero byte. */
    public final Assembler asciz(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return db(Arrays.copyOf(bytes, bytes.length + 1));
    }

    private Assembler data(byte[] data, Label label) {
        int start = position();
        appendData(data);
        if (recorder != null) {
            recorder.add(Recorder.DATA, start, gaps(), label, 0);
        }
        endsChangeable(label == null ? data.length : 0);
        return this;
    }

    /**
     * Pads with {@code nop}s up to a multiple of {@code bytes} from the blob's start.
     *
     * @param bytes a power of two, 1 to 4,096; a blob is mapped at a multiple of at least 16
     * @throws EncodingException as {@link #align(int, int)}
     */
    public final void align(int bytes) {
        align(bytes, bytes);
    }

    /**
     * Pads with {@code nop}s up to a multiple of {@code bytes} from the blob's start, unless that takes more than {@code most}.
     *
     * @param bytes a power of two, 1 to 4,096; a blob is mapped at a multiple of at least 16
     * @param most the most bytes of padding, 0 or more
     * @throws EncodingException if a number is not one of these, or what was said of the next instruction waits for it
     */
    public final void align(int bytes, int most) {
        if (Integer.bitCount(bytes) != 1 || bytes < 0 || bytes > LARGEST_ALIGNMENT || most < 0) {
            throw refused("align: " + bytes + " is not a power of two in 1 … " + LARGEST_ALIGNMENT + ", or " + most
                    + ", the most bytes of padding, is below 0");
        }
        refuseDecoratedData();
        layout().relaxation().addAlignment(position(), bytes, most);
        if (recorder != null) {
            recorder.add(Recorder.PADDING, position(), gaps() - 1, null, 0);
        }
    }

    @Override
    public final Assembler because(String reason) {
        requireNotable(reason);
        if (recorder != null) {
            recorder.reason(reason);
        }
        return this;
    }

    @Override
    public final Assembler serves(String rule) {
        requireNotable(rule);
        if (recorder != null) {
            recorder.rule(rule);
        }
        return this;
    }

    private void requireNotable(String note) {
        Objects.requireNonNull(note, "note");
        if (sizeSoFar() == 0) {
            throw refused(
                    "a note without an instruction: call because() and serves() behind the instruction they are about");
        }
    }

    /** Notes who the caller is from the next instruction on, for the rules of {@code io.trapeze.formats.unwind}. */
    public final Assembler unwind(Caller caller) {
        Objects.requireNonNull(caller, "caller");
        if (recorder != null) {
            recorder.caller(position(), gaps(), caller);
        }
        return this;
    }

    /** Returns the bytes emitted so far, every branch counted with its shortest form and alignment with none. */
    public final int sizeSoFar() {
        return position() + (layout == null ? 0 : layout.relaxation().shortest());
    }

    // ---- from the encoder -------------------------------------------------------------------------------------------

    @Override
    final void emitted(int form, int start, Label label, int addend) {
        recorder.add(form, start, gaps(), label, addend);
    }

    @Override
    final void branch(long shortForm, long longForm, Label target) {
        checkOwn(target);
        if (!decoration().equals(Decoration.NONE)) {
            throw refused(
                    Branches.mnemonic(longForm != 0 ? longForm : shortForm),
                    List.of(target),
                    "LOCK is not legal before a branch, nor are a segment, a mask and a rounding");
        }
        if (recorder != null) {
            recorder.add(Recorder.BRANCH, position(), gaps(), target, 0);
        }
        layout.addBranch(position(), shortForm, longForm, target);
    }

    @Override
    final void labelDisplacement(int at, int end, Label label, int addend) {
        layout.addDisplacement(at, end, label, addend);
    }

    /**
     * Emits the first form of {@code mnemonic} that takes these operands: what the typed methods do, for operands that
     * are known only at run time.
     *
     * @param mnemonic in lower case, any of the mnemonic's names
     * @throws EncodingException if no form takes the operands
     */
    public final void emit(String mnemonic, Operand... operands) {
        endsChangeable(FormSelector.emit(this, mnemonic, operands));
    }

    private void endsChangeable(int bytes) {
        changeable = bytes;
        changeableEnd = position();
        changeableGaps = gaps();
    }

    // ---- finishing --------------------------------------------------------------------------------------------------

    /**
     * Lays the code out: chooses branch forms, computes displacements, and returns the blob. The assembler is then empty
     * again, and its labels are spent. If it throws, the code stays as it is: a label can still be bound.
     *
     * @param name the blob's name, for listings and object files
     * @throws EncodingException if a label that is used was never bound, a branch without a long form does not reach, or a distance does not fit
     */
    public final CodeBlob finish(String name) {
        refuseDecoratedData();
        List<Relocation> relocations = new ArrayList<>();
        byte[] bytes =
                layout == null ? Arrays.copyOf(code(), position()) : layout.bytes(code(), position(), relocations);
        Map<String, Integer> offsets = layout == null ? Map.of() : layout.symbolOffsets();
        Recording recording = recorder == null ? null : recorder.finish(bytes.length, layout());
        CodeBlob blob = new CodeBlob(name, bytes, offsets, relocations, recording);
        clear();
        return blob;
    }

    /** Drops everything emitted; labels made before are spent. */
    public final void clear() {
        clearCode();
        changeable = 0;
        if (layout != null) {
            layout.clear();
        }
        if (recorder != null) {
            recorder.clear();
        }
    }
}
