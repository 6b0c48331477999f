// SPDX-License-Identifier: Apache-2.0
package io.trapeze.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the folder's permissions are POSIX ones")
class WorkshopTest {
    private static final byte[] SOURCE = {1, 2, 3};

    @TempDir
    Path temporary;

    @Test
    void itsFoldersAreOpenToTheirOwnerAlone() throws IOException {
        Path root = temporary.resolve("cache/peers");

        Path folder = Workshop.at(root).folder(SOURCE, recipe(List.of("-O2")));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void theSameSourceAndRecipeFindTheirFolderAgainAndOthersGetTheirOwn() throws IOException {
        Workshop workshop = Workshop.at(temporary.resolve("peers"));

        Path folder = workshop.folder(SOURCE, recipe(List.of("-O2")));

        assertThat(workshop.folder(SOURCE, recipe(List.of("-O2")))).isEqualTo(folder);
        assertThat(workshop.folder(SOURCE, recipe(List.of("-O3")))).isNotEqualTo(folder);
        assertThat(workshop.folder(new byte[] {1, 2}, recipe(List.of("-O2")))).isNotEqualTo(folder);
    }

    @Test
    void aFolderThatOthersMayEnterIsRefused() throws IOException {
        Path root = Files.createDirectory(temporary.resolve("peers"));
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> Workshop.at(root))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root + " is open to other users")
                .hasMessageContaining("XDG_CACHE_HOME");
    }

    @Test
    void aLinkInItsPlaceIsRefused() throws IOException {
        Path elsewhere = Files.createDirectory(
                temporary.resolve("elsewhere"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path root = Files.createSymbolicLink(temporary.resolve("peers"), elsewhere);

        assertThatThrownBy(() -> Workshop.at(root)).hasMessageContaining(root + " is not a folder");
    }

    @Test
    void itsUsualPlaceIsUnderTheCacheFolderOfTheUserWhenThatIsAnAbsolutePath() {
        Path inTemporary = Workshop.usualPlace(Map.of());

        assertThat(inTemporary.getFileName().toString()).startsWith("trapeze-peers-");
        assertThat(Workshop.usualPlace(Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(inTemporary);
        assertThat(Workshop.usualPlace(Map.of("XDG_CACHE_HOME", "/home/me/.cache")))
                .isEqualTo(Path.of("/home/me/.cache/trapeze-peers"));
    }

    private Recipe recipe(List<String> build) throws IOException {
        Path tool = temporary.resolve("tool");
        if (!Files.exists(tool)) {
            Files.createFile(tool);
        }
        Map<String, String> environment =
                Map.of("A", "1", "B", "2", "C", "3", "D", "4", "E", "5", "F", "6", "G", "7", "H", "8");
        return new Recipe(tool, List.of(build), List.of(Recipe.PROGRAM), environment);
    }
}
