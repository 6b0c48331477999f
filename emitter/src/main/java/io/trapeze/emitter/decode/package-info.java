// SPDX-License-Identifier: Apache-2.0
/** Machine code read back into fields and operands, from the table alone and independent of the encoder. */
package io.trapeze.emitter.decode;
