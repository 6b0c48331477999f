// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CaseFileTest {
    @Test
    void goesWhenItIsInterruptedBeforeAnythingWasWrong() {
        try (CaseFile file = CaseFile.open("trapeze check gogo")) {
            file.note(1);
            file.interrupted();
            assertThat(file.path()).doesNotExist();
        }
    }

    @Test
    void staysWhenItIsInterruptedWhileACaseThatWentWrongIsMadeSimpler() throws IOException {
        Path path;
        try (CaseFile file = CaseFile.open("trapeze check gogo")) {
            path = file.path();
            file.note(2);
            file.keep();
            file.interrupted();
            assertThat(path).hasContent("case 0000000000000002 of: trapeze check gogo");
        }
        Files.delete(path);
    }
}
