// SPDX-License-Identifier: Apache-2.0
package io.trapeze.emitter.object;

import io.trapeze.emitter.Relocation;
import java.util.List;

/**
 * Bytes that stand beside the code in an object file and are mapped read-only, such as {@code .eh_frame}.
 *
 * @param name the section's name, with its dot
 * @param alignment in bytes, a power of two
 * @param bytes the content; relocated places hold 0
 * @param relocations places that depend on symbols; the section {@code .text} is one
 */
public record Section(String name, int alignment, byte[] bytes, List<Relocation> relocations) {}
