// SPDX-License-Identifier: Apache-2.0
/** The bytes of an encoding, field by field: pure functions over a byte array, and the relaxation of branches. */
package io.trapeze.emitter.encoding;
