// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        Path inTheWay = folder.resolve(".file." + ProcessHandle.current().pid());
        Files.createDirectory(inTheWay);
        Files.createFile(inTheWay.resolve("so that it can't be removed"));
        assertThatThrownBy(() -> OutputFile.write(file, BYTES)).isInstanceOf(CommandException.class);
        assertThat(file).hasContent("old");
    }
}
