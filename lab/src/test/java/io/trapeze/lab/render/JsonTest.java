// SPDX-License-Identifier: Apache-2.0
package io.trapeze.lab.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("JSON")
class JsonTest {
    private enum State {
        NOT_YET
    }

    private record Point(int x, Optional<String> label, OptionalInt weight, OptionalDouble size, State state) {}

    @Test
    void hasAFormForEachKindOfValue() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("point", new Point(-3, Optional.of("here"), OptionalInt.of(5), OptionalDouble.of(0.5), State.NOT_YET));
        map.put("empty", new Point(0, Optional.empty(), OptionalInt.empty(), OptionalDouble.empty(), State.NOT_YET));
        map.put("list", Arrays.asList(1L, 2.5, true, null, List.of(), Map.of()));
        assertThat(Json.of(map))
                .isEqualTo(
                        "{\"point\": {\"x\": -3, \"label\": \"here\", \"weight\": 5, \"size\": 0.5, \"state\": \"not-yet\"}, "
                                + "\"empty\": {\"x\": 0, \"label\": null, \"weight\": null, \"size\": null, \"state\": \"not-yet\"},"
                                + " \"list\": [1, 2.5, true, null, [], {}]}\n");
    }

    @Test
    void keepsEveryTextAsItWas() throws JsonParserException {
        StringBuilder all = new StringBuilder("\"\\/ \u007f\u2028 \ud83e\udd38 é");
        for (char c = 0; c < 0x20; c++) {
            all.append(c);
        }
        String text = all.toString();
        JsonObject read = JsonParser.object().from(Json.of(Map.of(text, text)));
        assertThat(read).containsOnlyKeys(text);
        assertThat(read.getString(text)).isEqualTo(text);
    }

    @Test
    void escapesHalfACharacter() {
        assertThat(Json.of("a\ud83e")).isEqualTo("\"a\\ud83e\"\n");
        assertThat(Json.of("\udd38b")).isEqualTo("\"\\udd38b\"\n");
    }

    @Test
    void breaksIntoLinesOnlyWhatIsTooLongForOne() throws JsonParserException {
        List<String> words = List.of("x".repeat(200), "y".repeat(200));
        String json = Json.of(Map.of("words", words));
        assertThat(json)
                .isEqualTo("{\n  \"words\": [\n    \"" + words.get(0) + "\",\n    \"" + words.get(1) + "\"\n  ]\n}\n");
        assertThat(JsonParser.object().from(json).getArray("words")).isEqualTo(words);
    }

    @Test
    void refusesWhatItCannotExpress() {
        assertThatThrownBy(() -> Json.of(List.of(Double.NaN))).hasMessageContaining("JSON has no number NaN");
        assertThatThrownBy(() -> Json.of(new Object())).hasMessageContaining("java.lang.Object has no form in JSON");
    }
}
