// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.oracle;

import io.trapeze.emitter.Assembler;
import io.trapeze.emitter.EncodingException;
import io.trapeze.emitter.isa.Form;
import io.trapeze.emitter.isa.InstructionTable;
import io.trapeze.emitter.isa.OperandKind;
import io.trapeze.emitter.operand.Operand;
import io.trapeze.emitter.text.SourceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/** Lines that {@link Blunder}s made wrong and two assemblers refuse, and what we make of them. */
final class IllegalInputs {
    private static final int BATCH = 20_000;
    private static final int MOST_COMPLAINTS = 40;
    private static final Pattern QUOTED = Pattern.compile("'([^']+)'");
    private static final Pattern WORD = Pattern.compile("[a-z]\\w+");
    private static final Set<String> OWN_NAMES = Set.of("pushw", "pushfw", "popfw", "retfw");

    /** How many lines of each kind both assemblers refused. */
    final Map<Blunder, Integer> refused = new EnumMap<>(Blunder.class);

    /** What we accept, or refuse without saying what is wrong. */
    final List<String> complaints = new ArrayList<>();

    private final Path directory;
    private final Random random;
    private final Set<String> seen = new HashSet<>();
    private int byName;

    IllegalInputs(Path directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
    }

    /** Tries until the assemblers have refused {@code wanted} different lines. */
    void run(int wanted) {
        while (refused() < wanted && complaints.size() < MOST_COMPLAINTS) {
            batch(Math.min(BATCH, (wanted - refused()) * 3 / 2 + 100));
        }
    }

    int refused() {
        return refused.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Returns how many of the lines were also given to {@code emit}, as operands. */
    int byName() {
        return byName;
    }

    private void batch(int size) {
        List<Blunder> blunders = new ArrayList<>();
        List<Utterance> lines = new ArrayList<>();
        while (lines.size() < size) {
            Blunder blunder = Blunder.values()[random.nextInt(Blunder.values().length)];
            Optional<Utterance> wrong = blunder.in(right(), random).filter(line -> seen.add(line.toString()));
            if (wrong.isPresent()) {
                blunders.add(blunder);
                lines.add(wrong.get());
            }
        }
        List<String> texts = lines.stream().map(Utterance::toString).toList();
        BitSet both = Refusals.ofGnuAs(directory, texts);
        both.and(Refusals.ofLlvmMc(directory, texts));
        for (int i = both.nextSetBit(0); i >= 0 && complaints.size() < MOST_COMPLAINTS; i = both.nextSetBit(i + 1)) {
            refused.merge(blunders.get(i), 1, Integer::sum);
            check(blunders.get(i), lines.get(i));
        }
    }

    private Utterance right() {
        List<Shape> shapes = Space.shapes();
        Shape shape = shapes.get(random.nextInt(shapes.size()));
        return Utterance.of(shape.sample((long) (random.nextDouble() * shape.size())));
    }

    private void check(Blunder blunder, Utterance line) {
        String text = line.toString();
        try {
            Assembler.parse(text);
            complain(blunder, line, "is accepted as text");
        } catch (SourceException e) {
            checkMessage(blunder, line, e.getMessage());
        }
        line.typed().ifPresent(operands -> checkByName(blunder, line, operands));
    }

    private void checkByName(Blunder blunder, Utterance line, List<Operand> operands) {
        byName++;
        try {
            Assembler assembler = new Assembler(false);
            if (!line.prefix().isEmpty()) {
                assembler.lock();
            }
            assembler.emit(line.mnemonic().replace(' ', '_'), operands.toArray(Operand[]::new));
            complain(blunder, line, "is emitted");
        } catch (EncodingException e) {
            checkMessage(blunder, line, e.getMessage());
        }
    }

    /** A message is to name the mnemonic, or to quote a part of the line, or to have a word of it. */
    private void checkMessage(Blunder blunder, Utterance line, String message) {
        String said = message == null ? "" : message.toLowerCase(Locale.ROOT);
        String whole = line.toString().toLowerCase(Locale.ROOT);
        boolean names = QUOTED.matcher(said).results().anyMatch(quoted -> whole.contains(quoted.group(1)))
                || WORD.matcher(whole).results().anyMatch(word -> said.contains(word.group()));
        if (!names) {
            complain(blunder, line, "is refused without naming what is wrong: " + message);
        }
    }

    /** In a file of many errors a line may be taken for another, so the assemblers are asked once more, about this one alone. */
    private void complain(Blunder blunder, Utterance line, String what) {
        List<String> alone = List.of(line.toString());
        if (!Refusals.ofGnuAs(directory, alone).isEmpty()
                && !Refusals.ofLlvmMc(directory, alone).isEmpty()
                && !isOurs(line)) {
            complaints.add(blunder + ": '" + line + "' " + what);
        }
    }

    /**
     * Whether this is no fault: a name that only we have, such as {@code pushw}, or that has the
     * vector length at its end, as AT&T syntax does; or an instruction for which only an address
     * counts, such as {@code movdir64b}, before which assemblers refuse any size, the right one too, where we read over it.
     */
    private static boolean isOurs(Utterance line) {
        List<Form> forms = InstructionTable.shipped().named(line.mnemonic().replace(' ', '_'));
        boolean anySize = !forms.isEmpty()
                && forms.stream().allMatch(form -> form.operands().stream().anyMatch(o -> o.kind() == OperandKind.M));
        boolean lengthNamed = line.mnemonic().matches("v(cvt|fpclass).*[xyz]");
        return anySize || lengthNamed || OWN_NAMES.contains(line.mnemonic());
    }
}
