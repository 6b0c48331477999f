// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.trapeze.lab.Session.Ending;
import io.trapeze.runtime.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("trapeze bench")
class BenchCommandTest {
    @BeforeEach
    void assumeThatCodeRunsHere() {
        Platform here = Platform.current();
        assumeTrue(here.isX64() && here.isLinux(), "code runs on Linux on x86-64 only, and this is " + here);
    }

    @Test
    void parkedTellsWhatEachGoroutineTakesAndThatAllWereResumed() {
        Ending ending = new Session().type("bench parked --goroutines 200");
        assertThat(ending.exit()).as(ending.err()).isZero();
        assertThat(ending.out())
                .contains("each parked goroutine", "memory ", "page tables ", "address space ", "resume and end ")
                .contains("200 parked at once, 200 resumed");
    }

    @Test
    void parkedWritesTheSameAsJson() throws JsonParserException {
        String json = new Session().type("bench parked --goroutines 200 --json").out();
        assertThat(JsonParser.object().from(json).getInt("resumed")).isEqualTo(200);
    }

    @Test
    void startTellsEachPartOfAStart() {
        Ending ending = new Session().type("bench start --starts 1");
        assertThat(ending.exit()).as(ending.err()).isZero();
        assertThat(ending.out())
                .contains("load JNA ", "emit four primitives ", "map them ", "bind function pointers ", "emit and map ")
                .contains("in the middle of 1 starts: ", "(bar 60.0 ms)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench start --starts 0          | trapeze: --starts is 0: it takes 1 to 1000.",
                "bench parked --goroutines 0     | trapeze: --goroutines is 0: it takes 1 to 1,000,000."
            })
    void refusesWhatItCannotMeasure(String line, String message) {
        Ending ending = new Session().type(line);
        assertThat(ending.exit()).isEqualTo(2);
        assertThat(ending.err()).startsWith(message.strip());
    }
}
