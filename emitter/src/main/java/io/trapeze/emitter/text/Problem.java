// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.text;

/**
 * Something wrong in a source.
 *
 * @param file name of the source
 * @param line line, from 1
 * @param column column in characters, from 1
 * @param message what is wrong and what would be right
 */
public record Problem(String file, int line, int column, String message) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message;
    }
}
