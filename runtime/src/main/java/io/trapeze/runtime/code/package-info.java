// SPDX-License-Identifier: Apache-2.0
/**
 * Machine code in memory: mapped, linked, called from Java, and given the means to call Java.
 *
 * <p>A {@link io.trapeze.runtime.code.CodeArena} maps blobs; a {@link io.trapeze.runtime.code.NativeFunction} calls what was
 * mapped; {@link io.trapeze.runtime.code.JniBinding} and {@link io.trapeze.runtime.code.JniEnvironment} join emitted code to
 * the Java VM's native interface.
 */
package io.trapeze.runtime.code;
