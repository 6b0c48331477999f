// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An output file")
class OutputFileTest {
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    Path folder;

    @Test
    void isReplacedThroughASymbolicLinkThatStays() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        OutputFile.write(link, BYTES);
        assertThat(target).hasBinaryContent(BYTES);
        assertThat(link).isSymbolicLink();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw-rw-", "r--r-----"})
    void keepsTheModeOfWhatItReplaces(String mode) throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "this system has no modes");
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        OutputFile.write(file, BYTES);
        assertThat(file).hasBinaryContent(BYTES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo(mode);
    }

    @Test
    void mayHaveTheLongestName() {
        Path file = folder.resolve("x".repeat(250));
        OutputFile.write(file, BYTES);
        assertThat(file).hasBinaryContent(BYTES);
    }

    @Test
    void saysWhyItCannotBeWrittenAndSpeaksOfNoOther() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(Path.of(""), "can't write '': it is no name. ");
        assertRefused(file.resolve("x"), "can't write " + file + "/x: " + file + " is no folder. ");
        Path nowhere = Path.of("no-such-folder", "x");
        assertRefused(nowhere, "can't write no-such-folder/x: there is no folder no-such-folder. ");
        Path long256 = folder.resolve("x".repeat(256));
        assertRefused(long256, "can't write " + long256 + ": File name too long. ");
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "this system has no /proc");
        assertRefused(Path.of("/proc/x"), "can't write /proc/x: /proc takes no new files. ");
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> OutputFile.write(file, BYTES))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void isToBeAnotherOneByTheOptionThatNamesIt() {
        Path file = folder.resolve("missing/file");
        assertThatThrownBy(() -> OutputFile.write(file, BYTES))
                .hasMessageEndingWith("there is no folder " + folder.resolve("missing") + ". Name another file.");
        assertThatThrownBy(() -> OutputFile.write(file, "-o", BYTES, false))
                .hasMessageEndingWith(". Name another file with -o.");
    }

    @Test
    void mayBeADevice() {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "this system has no /dev/null");
        OutputFile.write(device, BYTES);
        assertThat(Files.isRegularFile(device))
                .as("/dev/null was replaced by a file")
                .isFalse();
    }

    @Test
    void staysAsItWasWhenItCannotBeReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Path inTheWay = folder.resolve(".trapeze." + ProcessHandle.current().pid());
        Files.createDirectory(inTheWay);
        Files.createFile(inTheWay.resolve("so that it can't be removed"));
        assertThatThrownBy(() -> OutputFile.write(file, BYTES)).isInstanceOf(CommandException.class);
        assertThat(file).hasContent("old");
    }
}
