// SPDX-License-Identifier: Apache-2.0
package io.trapeze.trampolines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trapeze.trampolines.abi.Abi;
import io.trapeze.trampolines.abi.file.AbiFile;
import io.trapeze.trampolines.abi.file.AbiFileException;
import io.trapeze.trampolines.abi.file.AbiText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

@Label("An ABI file of any ABI")
class AbiFilePropertyTest {
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("abi-files");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        Files.deleteIfExists(folder.resolve("random.toml"));
        Files.delete(folder);
    }

    private static Abi readBack(String text) throws IOException {
        return AbiFile.read(Files.writeString(folder.resolve("random.toml"), text))
                .abi();
    }

    @Provide
    Arbitrary<Abi> abis() {
        return Abis.any();
    }

    @Provide
    Arbitrary<Abi> bases() {
        return Arbitraries.of(Abi.builtIn());
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void readsBackAsTheSame(@ForAll("abis") Abi abi) throws IOException {
        assertThat(readBack(AbiText.complete(abi))).isEqualTo(abi);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void readsBackAsTheSameIfItSaysOnlyWhatDiffersFromAnother(@ForAll("abis") Abi abi, @ForAll("bases") Abi base)
            throws IOException {
        assertThat(readBack(AbiText.difference(abi, base, base.name()))).isEqualTo(abi);
    }

    /** In one line of up to 60 characters: a name gets into comments. */
    @Property(tries = 200)
    void readsBackWhateverItIsCalled(@ForAll String name) throws IOException {
        StringBuilder line = new StringBuilder("x");
        name.codePoints().filter(AbiFilePropertyTest::isSeen).limit(29).forEach(line::appendCodePoint);
        String sound = new String(line.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        Abi abi = Abi.SYSTEM_V.named(sound);
        assertThat(readBack(AbiText.complete(abi))).isEqualTo(abi);
    }

    @Property(tries = 200)
    void isRefusedIfANameHasACharacterThatIsNotSeen(@ForAll("unseen") int character, @ForAll Random random) {
        String name = new StringBuilder("name")
                .insert(random.nextInt(5), Character.toChars(character))
                .toString();
        assertThatExceptionOfType(AbiFileException.class)
                .isThrownBy(() -> readBack(AbiText.complete(Abi.SYSTEM_V.named(name))))
                .withMessageContaining("all of them to be seen");
    }

    @Provide
    Arbitrary<Integer> unseen() {
        return Arbitraries.of(IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(character -> !isSeen(character))
                .boxed()
                .toList());
    }

    /** By the character's category in Unicode: controls, formats, and what separates lines and paragraphs are not. */
    private static boolean isSeen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Whatever somebody does to a file, it is read or refused with a reason and a place. */
    @Property(tries = 200)
    void isReadOrRefusedWhateverIsDoneToIt(@ForAll("bases") Abi abi, @ForAll Random random) throws IOException {
        StringBuilder text = new StringBuilder(AbiText.complete(abi));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + random.nextInt(12));
            if (random.nextBoolean()) {
                text.delete(at, to);
            } else {
                text.insert(random.nextInt(text.length()), text.substring(at, to));
            }
        }
        try {
            assertThat(readBack(text.toString()).name()).isNotBlank();
        } catch (AbiFileException e) {
            assertThat(e.problems()).isNotEmpty().allSatisfy(problem -> {
                assertThat(problem.line())
                        .isBetween(1, (int) text.chars().filter(c -> c == '\n').count() + 2);
                assertThat(problem.column()).isPositive();
                assertThat(problem.reason()).isNotBlank();
            });
        }
    }
}
