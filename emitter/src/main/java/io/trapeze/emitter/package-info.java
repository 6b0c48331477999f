// SPDX-License-Identifier: Apache-2.0
/**
 * The assembler and what it makes: {@link io.trapeze.emitter.Assembler} writes instructions,
 * {@link io.trapeze.emitter.CodeBlob} is the finished code with symbols, relocations and listing.
 */
package io.trapeze.emitter;
