// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.runtime.os.Platform;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("trapeze doctor")
class DoctorCommandTest {
    private static void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    @Test
    void findsThatEverythingWorksHere() {
        assumeThatCodeRunsHere();
        Ending ending = new Session().type("doctor");
        assertThat(ending.exit()).as(ending.out()).isZero();
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out())
                .contains("\nprocessor\n", "executable memory", "function pointers  ", "kernel guard pages", "SIGURG ")
                .contains("emit and map ", "save sets ", "Everything works here");
    }

    @Test
    void tellsTheSameInJson() throws JsonParserException {
        assumeThatCodeRunsHere();
        JsonObject json =
                JsonParser.object().from(new Session().type("doctor --json").out());
        assertThat(json.getBoolean("works")).isTrue();
        Map<String, Object> found = findings(json);
        assertThat(found)
                .containsEntry("stacks: page", 4096)
                .containsEntry("host: processors", Runtime.getRuntime().availableProcessors())
                .containsEntry("processor: calling convention", "sysv");
        assertThat((JsonArray) found.get("processor: save sets")).contains("sse");
        assertThat((Double) found.get("startup: emit and map")).isPositive();
        assertThat(((Number) found.get("signals: least alternate stack")).longValue())
                .isGreaterThanOrEqualTo(2048);
    }

    @Test
    void saysWhyCodeCannotRunElsewhereAndWhatWorksAllTheSame() throws JsonParserException {
        Ending ending = ForeignHost.MAC.run(() -> new Session().type("doctor"));
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out())
                .containsPattern("BROKEN +system +Mac OS X .*, aarch64\n")
                .contains("unsupported processor aarch64", "`trapeze emit` works", "\njava\n", "\ntools\n")
                .doesNotContain("SIGURG");

        JsonObject json = JsonParser.object()
                .from(ForeignHost.MAC
                        .run(() -> new Session().type("doctor --json"))
                        .out());
        assertThat(json.getBoolean("works")).isFalse();
    }

    @Test
    void saysHowToTryOnASystemThatNothingEverRanOn() {
        Ending ending = new ForeignHost("Windows 11", "amd64").run(() -> new Session().type("doctor"));
        assertThat(ending.exit()).isEqualTo(3);
        assertThat(ending.out())
                .containsPattern("BROKEN +system +Windows 11 .*, amd64\n")
                .contains("has never run on it; with -Dtrapeze.untested-host=true it tries")
                .doesNotContain("SIGURG");
    }

    @Test
    void tellsWhereAMissingToolCanBeHad() {
        Ending ending = ForeignHost.MAC.run(
                () -> new Session().having("PATH", "/nowhere").type("doctor"));
        assertThat(ending.out())
                .containsPattern("absent +objdump +not found\n +tests check listings with it; .* binutils");
    }

    private static Map<String, Object> findings(JsonObject json) {
        Map<String, Object> found = new TreeMap<>();
        for (Object area : json.getArray("areas")) {
            for (Object finding : ((JsonObject) area).getArray("findings")) {
                JsonObject one = (JsonObject) finding;
                found.put(((JsonObject) area).getString("area") + ": " + one.getString("what"), one.get("found"));
            }
        }
        return found;
    }
}
